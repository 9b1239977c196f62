/* See nccl.h. One lock for everything: this is for right and wrong, not for speed. */
#include "nccl.h"

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "runtime.h"

namespace {

struct move_t {
  enum { SEND, RECV, SUM } kind;
  const void *from;
  void *to;
  size_t words;
  int rank, peer;
};

} // namespace

struct mgp_emu_team {
  int size, joined = 0, finalized = 0;
  bool wrong = false;
  std::vector<int> pending; /* by rank: moves that wait for another rank's */
  std::map<std::pair<int, int>, std::deque<move_t>> sends, recvs; /* by from and to */
  std::vector<std::deque<move_t>> sums;                           /* by rank */
};

struct mgp_emu_nccl {
  std::shared_ptr<mgp_emu_team> team;
  int rank;
  bool finalized = false;
};

namespace {

std::mutex lock; /* of all that follows */
std::map<uint64_t, std::shared_ptr<mgp_emu_team>> teams;
uint64_t last_id;

/* The group that this thread has open. */
thread_local int depth;
thread_local std::vector<move_t> open_moves;
thread_local ncclComm_t open_comm;

uint64_t number_of(const ncclUniqueId &id) {
  uint64_t n;
  memcpy(&n, id.internal, sizeof n);
  return n;
}

bool is_there(const move_t &m) {
  return mgp_emu_on_device(m.kind == move_t::RECV ? m.to : m.from, m.words * 4);
}

/* The oldest send and receive of a pair, as long as there are both. */
void exchange(mgp_emu_team *t, std::pair<int, int> pair) {
  std::deque<move_t> &sends = t->sends[pair], &recvs = t->recvs[pair];
  while (!sends.empty() && !recvs.empty()) {
    const move_t &s = sends.front(), &r = recvs.front();
    if (s.words != r.words || !is_there(s) || !is_there(r))
      t->wrong = true;
    else
      memcpy(r.to, s.from, s.words * 4);
    t->pending[(size_t)s.rank]--;
    t->pending[(size_t)r.rank]--;
    sends.pop_front();
    recvs.pop_front();
  }
}

/* The oldest sum, once all ranks have one. */
void add_up(mgp_emu_team *t) {
  for (const auto &own : t->sums)
    if (own.empty()) return;
  std::vector<uint32_t> sum(t->sums[0].front().words);
  for (const auto &own : t->sums) {
    const move_t &m = own.front();
    if (m.words != sum.size() || !is_there(m)) {
      t->wrong = true;
      return;
    }
    for (size_t i = 0; i < sum.size(); i++) sum[i] += static_cast<const uint32_t *>(m.from)[i];
  }
  for (auto &own : t->sums) {
    const move_t &m = own.front();
    memcpy(m.to, sum.data(), sum.size() * 4);
    t->pending[(size_t)m.rank]--;
    own.pop_front();
  }
}

ncclResult_t issue(ncclComm_t comm, const std::vector<move_t> &moves) {
  const std::lock_guard<std::mutex> guard(lock);
  mgp_emu_team *t = comm->team.get();
  t->pending[(size_t)comm->rank] += (int)moves.size();
  for (const move_t &m : moves) {
    if (m.kind == move_t::SUM) {
      t->sums[(size_t)m.rank].push_back(m);
      add_up(t);
      continue;
    }
    const bool out = m.kind == move_t::SEND;
    const std::pair<int, int> pair = {out ? m.rank : m.peer, out ? m.peer : m.rank};
    (out ? t->sends : t->recvs)[pair].push_back(m);
    exchange(t, pair);
  }
  return ncclInProgress;
}

ncclResult_t call(ncclComm_t comm, move_t move) {
  if (!comm || move.peer >= comm->team->size) return ncclInvalidArgument;
  move.rank = comm->rank;
  if (depth == 0) return issue(comm, {move});
  open_moves.push_back(move);
  open_comm = comm;
  return ncclSuccess;
}

/* Who has left is not waited for by those who say goodbye. */
void leave(ncclComm_t comm) {
  const std::lock_guard<std::mutex> guard(lock);
  if (!comm->finalized) comm->team->finalized++;
  delete comm;
}

} // namespace

ncclResult_t ncclGetVersion(int *version) {
  *version = 0;
  return ncclSuccess;
}

const char *ncclGetErrorString(ncclResult_t result) {
  return result == ncclInvalidUsage ? "invalid usage" : "internal error";
}

const char *ncclGetLastError(ncclComm_t) {
  return "";
}

ncclResult_t ncclGetUniqueId(ncclUniqueId *id) {
  const std::lock_guard<std::mutex> guard(lock);
  memset(id, 0, sizeof *id);
  last_id++;
  memcpy(id->internal, &last_id, sizeof last_id);
  return ncclSuccess;
}

ncclResult_t ncclCommInitRankConfig(ncclComm_t *comm, int nranks, ncclUniqueId id, int rank,
                                    ncclConfig_t *config) {
  const std::lock_guard<std::mutex> guard(lock);
  if (rank < 0 || rank >= nranks || config->blocking) return ncclInvalidArgument;
  std::shared_ptr<mgp_emu_team> &t = teams[number_of(id)];
  if (!t) {
    t = std::make_shared<mgp_emu_team>();
    t->size = nranks;
    t->pending.resize((size_t)nranks);
    t->sums.resize((size_t)nranks);
  }
  *comm = new mgp_emu_nccl{t, rank, false};
  if (++t->joined == nranks) teams.erase(number_of(id));
  return ncclInProgress;
}

ncclResult_t ncclCommGetAsyncError(ncclComm_t comm, ncclResult_t *error) {
  const std::lock_guard<std::mutex> guard(lock);
  const mgp_emu_team *t = comm->team.get();
  const bool busy = t->joined < t->size || t->pending[(size_t)comm->rank] > 0 ||
                    (comm->finalized && t->finalized < t->size);
  *error = t->wrong ? ncclInvalidUsage : busy ? ncclInProgress : ncclSuccess;
  return ncclSuccess;
}

ncclResult_t ncclCommFinalize(ncclComm_t comm) {
  const std::lock_guard<std::mutex> guard(lock);
  comm->finalized = true;
  comm->team->finalized++;
  return ncclInProgress;
}

ncclResult_t ncclCommDestroy(ncclComm_t comm) {
  if (!comm->finalized) return ncclInvalidUsage;
  leave(comm);
  return ncclSuccess;
}

ncclResult_t ncclCommAbort(ncclComm_t comm) {
  leave(comm);
  return ncclSuccess;
}

ncclResult_t ncclGroupStart(void) {
  depth++;
  return ncclSuccess;
}

ncclResult_t ncclGroupEnd(void) {
  if (depth == 0) return ncclInvalidUsage;
  if (--depth > 0 || !open_comm) return ncclSuccess;
  const ncclComm_t comm = open_comm;
  std::vector<move_t> moves;
  moves.swap(open_moves);
  open_comm = nullptr;
  return issue(comm, moves);
}

ncclResult_t ncclAllReduce(const void *send, void *recv, size_t count, ncclDataType_t, ncclRedOp_t,
                           ncclComm_t comm, cudaStream_t) {
  return call(comm, {move_t::SUM, send, recv, count, 0, 0});
}

ncclResult_t ncclSend(const void *buf, size_t count, ncclDataType_t, int peer, ncclComm_t comm,
                      cudaStream_t) {
  return call(comm, {move_t::SEND, buf, nullptr, count, 0, peer});
}

ncclResult_t ncclRecv(void *buf, size_t count, ncclDataType_t, int peer, ncclComm_t comm,
                      cudaStream_t) {
  return call(comm, {move_t::RECV, nullptr, buf, count, 0, peer});
}

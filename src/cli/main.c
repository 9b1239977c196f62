/* mgprove: the list of commands. */
#include "cli/cli.h"

#ifdef MGP_HAVE_MPI
#include "comm/comm_mpi.h"
static const mgp_cli_mpi_t mpi = {mgp_comm_mpi_create, mgp_comm_mpi_version};
#else
static const mgp_cli_mpi_t mpi;
#endif

#ifdef MGP_HAVE_CUDA
static const mgp_device_ops_t *const device = &mgp_cuda_device;
#else
static const mgp_device_ops_t *const device = NULL;
#endif

int main(int argc, char **argv) {
  static const mgp_command_t *const commands[] = {
      &mgp_cmd_prove,  &mgp_cmd_verify,     &mgp_cmd_run,    &mgp_cmd_plan,
      &mgp_cmd_setup,  &mgp_cmd_inspect,    &mgp_cmd_demo,   &mgp_cmd_bench,
      &mgp_cmd_doctor, &mgp_cmd_completion, &mgp_cmd_manual, NULL};
  return mgp_cli_main(commands, &mgp_cmd_prove, &mpi, device, argc, argv);
}

#!/usr/bin/env python3
"""Manual pages and completion say what the programs understand, no less and no more."""
import os
import re
import shutil
import subprocess
import sys

import cli

COMMANDS = ["prove", "verify", "run", "plan", "setup", "inspect", "demo", "bench", "doctor", "completion"]


def listed(t):
    _, out, _ = t.run("--help")
    return re.findall(r"^  (\w+) {2,}", out, re.M)


def options(t, *command, program=None):
    """Long options that the help shows."""
    _, out, _ = t.run(*command, "--help", program=program)
    return set(re.findall(r"^ +(?:-\w, )?--([a-z-]+)", out, re.M)) - {"help", "version"}


def pages(t):
    for c in COMMANDS:
        yield f"mgprove-{c}", options(t, c)
    yield "mgverify", options(t, program=t.mgverify)


def test_manual(t):
    t.check(listed(t) == COMMANDS, f"commands {listed(t)}")
    formats = bool(shutil.which("man"))
    if not formats:
        print("without man: how the pages look was not checked")
    for page, known in [("mgprove", set(COMMANDS)), *pages(t)]:
        _, out, _ = t.run("manual", page)
        t.write(page, out.encode())
        if page == "mgprove":
            found = set(re.findall(r"^\\fBmgprove\\-(\w+)\\fR", out, re.M))
        else:
            found = set(x.replace("\\-", "-") for x in
                        re.findall(r"^(?:\\fB.*\\fR, )?\\fB\\-\\-(\S+?)\\fR", out, re.M)) - {"help"}
        t.check(known and found == known, f"{page}: {sorted(found ^ known)} differ")
        if formats:
            done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", t.path(page)],
                                  env={**os.environ, "LANG": "C.UTF-8", "MANWIDTH": "100"},
                                  capture_output=True, text=True)
            t.check(done.returncode == 0 and done.stderr == "", f"{page}: {done.stderr[:300]}")
            for section in "NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "SEE ALSO":
                t.check(re.search(f"^{section}$", done.stdout, re.M), f"{page}: no section {section}")
    t.refused(cli.USAGE, "no manual page", "manual", "mgprove-frobnicate")
    t.refused(cli.USAGE, "not one of bash", "completion", "tcsh")


def bash(t, script, *words):
    """What bash offers for the last of the words."""
    command = (f"source {script}; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _mgprove; "
               "printf '%s\\n' \"${COMPREPLY[@]}\"")
    done = subprocess.run(["bash", "-c", command, "bash", *words], cwd=t.work, capture_output=True,
                          text=True)
    t.check(done.stderr == "", f"bash: {done.stderr[:300]}")
    return done.stdout.split()


def test_bash(t):
    _, out, _ = t.run("completion", "bash")
    script = t.write("complete.bash", out.encode())
    t.write("some.elf", b"")
    os.mkdir(t.path("folder"))
    t.check(set(COMMANDS) <= set(bash(t, script, "mgprove", "")), "commands")
    t.check(bash(t, script, "mgprove", "ins") == ["inspect"], "a command")
    for page, known in pages(t):
        words = ["mgverify", "--"] if page == "mgverify" else ["mgprove", page[8:], "--"]
        got = {x[2:] for x in bash(t, script, *words)} - {"help"}
        t.check(got == known, f"{page}: {sorted(got ^ known)} differ")
    t.check(bash(t, script, "mgprove", "prove", "--cache", "f") == ["full"], "words of an option")
    t.check(bash(t, script, "mgprove", "prove", "--cache", "=", "f") == ["full"], "after =")
    t.check(bash(t, script, "mgprove", "prove", "so") == ["some.elf"], "a file")
    t.check(bash(t, script, "mgprove", "prove", "-o", "so") == ["some.elf"], "a file of an option")
    t.check(bash(t, script, "mgprove", "prove", "--ranks", "so") == [], "a number is no file")
    t.check("--batch" in bash(t, script, "mgprove", "some.elf", "--ba"), "the short form of prove")


def test_zsh(t):
    if not shutil.which("zsh"):
        print("without zsh: not checked")
        return
    _, out, _ = t.run("completion", "zsh")
    os.mkdir(t.path("functions"))
    t.write("functions/_mgprove", out.encode())
    # a terminal for zsh's line editor: what it lists ends up in the output
    script = """
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PROMPT=; fpath=($PWD/functions \\$fpath); autoload -Uz compinit; compinit -u -d $PWD/dump; bindkey '^I' list-choices; print ready"
zpty -r z line '*ready*ready*'
zpty -w -n z "$1"$'\\t'
sleep 1
zpty -w -n z $'\\C-u'
zpty -w z "print done"
zpty -r z line '*done*done*'
print -r -- $line
"""
    for typed, known in ("mgprove ", set(COMMANDS)), ("mgprove plan --", options(t, "plan")), \
            ("mgverify --", options(t, program=t.mgverify)):
        done = subprocess.run(["zsh", "-f", "-c", script, "zsh", typed], cwd=t.work, capture_output=True,
                              text=True, timeout=60)
        missing = [k for k in known if k not in done.stdout]
        t.check(not missing, f"zsh after {typed!r}: no {missing}: {done.stdout[-600:]} {done.stderr[:300]}")


def test_fish(t):
    if not shutil.which("fish"):
        print("without fish: not checked")
        return
    _, out, _ = t.run("completion", "fish")
    script = t.write("complete.fish", out.encode())

    def offers(line):
        done = subprocess.run(["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"],
                              cwd=t.work, capture_output=True, text=True)
        t.check(done.stderr == "", f"fish: {done.stderr[:300]}")
        return {x.split("\t")[0] for x in done.stdout.splitlines()}
    t.check(set(COMMANDS) <= offers("mgprove "), "commands")
    for page, known in pages(t):
        got = {x[2:] for x in offers(page.replace("-", " ", 1) + " --") if x.startswith("--")} - {"help"}
        t.check(got == known, f"{page}: {sorted(got ^ known)} differ")
    t.check(offers("mgprove prove --cache ") == {"auto", "none", "trace", "full"}, "words of an option")


if __name__ == "__main__":
    sys.exit(cli.main([test_manual, test_bash, test_zsh, test_fish]))

"""Runs a program as nobody when the caller is root: what should not be root, Chromium before all, then is not."""
import os
import pwd
import shutil
import subprocess


def drop(command, env, folder):
    """The command and environment that run it as nobody, with `folder` as its home; unchanged when not root, or when nobody cannot read the tree."""
    if os.getuid() != 0 or not shutil.which("setpriv"):
        return command, env
    nobody = pwd.getpwnam("nobody")
    prefix = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    if subprocess.run([*prefix, "test", "-r", os.path.abspath(command[0])], stderr=subprocess.DEVNULL).returncode:
        return command, env
    for path in [folder, *(os.path.join(folder, name) for name in os.listdir(folder))]:
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    return [*prefix, *command], {**env, "HOME": folder, "TMPDIR": folder, "XDG_CONFIG_HOME": folder, "XDG_CACHE_HOME": folder}

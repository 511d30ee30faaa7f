"""Folders of earlier versions, whose servers had another account: they become ours, with all that is in them."""

import os
import pwd
import shutil
from pathlib import Path


def take_over(folder: Path, *, owner: pwd.struct_passwd, earlier: pwd.struct_passwd) -> None:
    """Give everything that the earlier account has in ``folder`` to its new owner; the folder itself last.

    So whatever breaks off is begun again. No link is followed, and what a third account owns stays as it is: while the
    folder was the other account's, anything could be put there.
    """
    for _, folders, files, descriptor in os.fwalk(folder, topdown=False, follow_symlinks=False):
        for name in (*folders, *files):
            if os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_uid == earlier.pw_uid:
                os.chown(name, owner.pw_uid, owner.pw_gid, dir_fd=descriptor, follow_symlinks=False)
    os.chown(folder, owner.pw_uid, owner.pw_gid, follow_symlinks=False)


def move_in(source: Path, target: Path, *, owner: pwd.struct_passwd) -> None:
    """Copy a folder to where its new owner can get at it, and then remove it; one that is there already is whole."""
    if not target.exists():
        draft = target.with_name(f"{target.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(source, draft, symlinks=True)
        for path in (draft, *draft.rglob("*")):
            os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)
        draft.rename(target)

"""CPythons of other machines and systems on this one, to run the wheels that are built for them.

``nox -s runtimes`` brings them into one folder of the user's cache; nothing is installed in the system. `table` says
what there is, `pins` in which version, ``checksums.txt`` with which bytes.
"""

"""The way of a release: wheels for every platform from this host (``pip install "nano-ffi[wheels]"``).

Nothing is imported here. `targets` needs only the standard library; the other modules need the extra, and the
``nano-ffi`` command imports them when they are asked for.
"""

"""Opens sockets of every family, resolves a name, fetches a page.

marks: 80
outside: escapes
"""

import socket
import urllib.request


def attempt():
    got = []
    for family in ("AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK", "AF_PACKET", "AF_VSOCK", "AF_ALG"):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
            try:
                socket.socket(getattr(socket, family), kind).close()
                got.append(family)
            except OSError:
                continue
    for action in (socket.socketpair, lambda: urllib.request.urlopen("http://127.0.0.1:1/", timeout=1).read()):
        try:
            got.append(action())
        except OSError:
            continue
    return got

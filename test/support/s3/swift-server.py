"""OpenStack Swift with its S3 API in one folder: swift-server.py FOLDER PORT (three more ports follow in its config files).

Runs until its standard input closes, so that no server outlives the test that started it.
"""
import ctypes
import json
import os
import signal
import sys

folder = sys.argv[1]
ports = json.loads(sys.argv[2])

from swift.common import utils

utils.set_swift_dir(folder)  # before the servers load: they would read /etc/swift

from swift.common import wsgi
from swift.common.middleware import tempauth
from swift.common.ring import RingBuilder
from swift.obj import server as object_server

PR_SET_PDEATHSIG = 1


class EmptyCache:
    """tempauth will not work without a memcache; one that keeps nothing is enough."""

    def get(self, *args, **kwargs):
        return None

    set = delete = incr = decr = get


def write_ring(name, port):
    ring = RingBuilder(2, 1, 0)
    ring.add_dev({
        'id': 0, 'region': 1, 'zone': 1, 'weight': 1, 'device': 'disk', 'meta': '',
        'ip': '127.0.0.1', 'port': port, 'replication_ip': '127.0.0.1', 'replication_port': port,
    })
    ring.rebalance()
    ring.get_ring().save(os.path.join(folder, name + '.ring.gz'))


def serve(name):
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    options = {'global_conf_callback': object_server.global_conf_callback} if name == 'object' else {}
    os._exit(wsgi.run_wsgi(os.path.join(folder, name + '.conf'), name + '-server', **options) or 0)


def one_is_gone(*_):
    os._exit(1)


for name in ('account', 'container', 'object'):
    write_ring(name, ports[name])
tempauth.cache_from_env = lambda *args, **kwargs: EmptyCache()
os.fsync = os.fdatasync = lambda fd: None  # test data need not survive the machine
for name in ports:
    if os.fork() == 0:
        serve(name)
signal.signal(signal.SIGCHLD, one_is_gone)
os.read(0, 1)

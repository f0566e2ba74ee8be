"""Five bz2 decompressors: what the malloc shim sees of them, README.md explains."""
import bz2

packed = bz2.compress(bytes(range(256)) * 40)
for i in range(5):
    assert len(bz2.decompress(packed)) == 10240

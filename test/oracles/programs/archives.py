"""Archives in memory: zlib, bz2, gzip, zip, struct records, digests, base64."""
import base64
import bz2
import gzip
import hashlib
import io
import struct
import zipfile
import zlib

records = b''.join(struct.pack('<IdH', i, i / 3, i % 500) for i in range(4000))
for level in (1, 6, 9):
    packer = zlib.compressobj(level)
    packed = b''.join([packer.compress(records[i:i + 4096]) for i in range(0, len(records), 4096)] + [packer.flush()])
    unpacker = zlib.decompressobj()
    assert unpacker.decompress(packed) + unpacker.flush() == records
assert bz2.decompress(bz2.compress(records)) == records
packed = io.BytesIO()
with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as out:
    out.write(records)
assert gzip.decompress(packed.getvalue()) == records

archive = io.BytesIO()
with zipfile.ZipFile(archive, 'w', zipfile.ZIP_DEFLATED) as out:
    for i in range(12):
        out.writestr(zipfile.ZipInfo('folder/file-%d.bin' % i, (2024, 1, 1, 0, 0, 0)), records[i * 100:i * 900])
with zipfile.ZipFile(archive) as back:
    names = [(info.filename, info.CRC, len(back.read(info))) for info in back.infolist()]

digest = hashlib.md5()
for at, number, small in struct.iter_unpack('<IdH', records[:len(records) // 14 * 14]):
    digest.update(b'%d' % at)
text = base64.b64encode(records).decode()
assert len(names) == 12 and base64.b64decode(text) == records and len(digest.hexdigest()) == 32

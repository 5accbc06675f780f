#!/usr/bin/env python3
"""Makes the subset of Fashion-MNIST that is embedded in the trainer.

    ./make_subset.py [SOURCE]

SOURCE is the folder of the four full files, by default where Debian's package
dataset-fashion-mnist puts them. Writes the first 10,000 training and the first
2,000 test images, with their labels, as four gzipped IDX files beside this script.

The unpacked bytes are checked before and after against the digests below; the packed
bytes may differ between versions of zlib.
"""
import gzip
import hashlib
import io
import pathlib
import struct
import sys

# file: (images or labels kept, SHA-256 of the full file unpacked, SHA-256 of the subset unpacked)
FILES = {
    "train-images-idx3-ubyte": (
        10_000,
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "ed2e37ed5a3a57d212141a69fe0a0de5a7126ffba14ac3f7e76f5f52cc04b1f0",
    ),
    "train-labels-idx1-ubyte": (
        10_000,
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "a69f2dad024ca220a8c4d85f621fdf929042d40c444abde2868903e9220ad517",
    ),
    "t10k-images-idx3-ubyte": (
        2_000,
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "862035b0a96959b614c9574f4c2b0ae9584ca234813e8d6d7adb7838b12ca46b",
    ),
    "t10k-labels-idx1-ubyte": (
        2_000,
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        "aa3f574d30afaf0d4d9da084a6f8541771e20693d6a97fae6e9a4953fca8f078",
    ),
}


def check(what, data, expected):
    got = hashlib.sha256(data).hexdigest()
    if got != expected:
        sys.exit(f"{what}: expected SHA-256 {expected}, got {got}")


def first(data, count):
    """The first `count` items of an IDX file of unsigned bytes, as an IDX file."""
    rank = data[3]
    header = 4 + 4 * rank
    sizes = struct.unpack(f">{rank}I", data[4:header])
    item = 1
    for size in sizes[1:]:
        item *= size
    return data[:4] + struct.pack(f">{rank}I", count, *sizes[1:]) + data[header : header + count * item]


def main():
    source = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/datasets/fashion-mnist")
    target = pathlib.Path(__file__).resolve().parent
    for name, (count, full_digest, subset_digest) in FILES.items():
        full = gzip.decompress((source / f"{name}.gz").read_bytes())
        check(source / f"{name}.gz", full, full_digest)
        subset = first(full, count)
        check(f"subset of {name}", subset, subset_digest)

        packed = io.BytesIO()
        # No name and no time in the header, so that the same zlib gives the same file.
        with gzip.GzipFile(filename="", mode="wb", fileobj=packed, compresslevel=9, mtime=0) as out:
            out.write(subset)
        path = target / f"{name}.gz"
        path.write_bytes(packed.getvalue())
        print(f"{path.name}: {count} items, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()

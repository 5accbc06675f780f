#!/usr/bin/env python3
"""Makes shards (docs/shards.md) of images that lie in a folder for each class.

    make_shards.py SOURCE DEST [--size 256] [--shard-images 2048] [--jobs N]

SOURCE holds train/CLASS/IMAGE and test/CLASS/IMAGE (or val/, as ImageNet has it); DEST gets train-00000.shard, ... and
test-00000.shard, ... Each image is made RGB, its shorter side is scaled to the size (bilinear), and the square in its middle is
kept. Images are ordered by the SHA-256 of their path, so that any first N of them are a fair sample, on every machine the same.
Needs Pillow (Debian: python3-pil).
"""
import argparse
import concurrent.futures
import hashlib
import os
import struct
import sys
import zlib

from PIL import Image

HEADER = struct.Struct("<8s11I8x")  # and a checksum behind it


def square(task):
    """The bytes of an image and how often each channel has each value; or what is wrong with it."""
    path, size = task
    try:
        with Image.open(path) as image:
            image = image.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        return None, f"{path}: {error}"
    width, height = image.size
    scale = size / min(width, height)
    if scale != 1:
        width, height = max(size, round(width * scale)), max(size, round(height * scale))
        image = image.resize((width, height), Image.BILINEAR)
    left, top = (width - size) // 2, (height - size) // 2
    image = image.crop((left, top, left + size, top + size))
    return image.tobytes(), image.histogram()


def classes_of(folder):
    return sorted(entry.name for entry in os.scandir(folder) if entry.is_dir())


def images_of(folder, classes):
    """Paths with their labels, in an order that depends on the names alone; at least one."""
    found = []
    for label, name in enumerate(classes):
        place = os.path.join(folder, name)
        if os.path.isdir(place):
            found += [(hashlib.sha256(f"{name}/{file}".encode()).digest(), os.path.join(place, file), label)
                      for file in os.listdir(place)]
    if not found:
        sys.exit(f"make_shards.py: {folder} holds no images, in a folder for each class")
    return [(path, label) for _, path, label in sorted(found)]


def write_shard(path, images, pool, size, classes, number, shards, set_number):
    try:
        fill(path + ".partial", images, pool, size, classes, number, shards, set_number)
        os.replace(path + ".partial", path)
    except BaseException:
        os.remove(path + ".partial")
        raise


def fill(path, images, pool, size, classes, number, shards, set_number):
    names = "\n".join(classes).encode()
    labels = struct.pack(f"<{len(images)}i", *(label for _, label in images))
    counts, checksums = [0] * (3 * 256), []
    table_bytes = len(names) + 8 * len(counts) + 8 * len(images)
    with open(path, "wb") as file:
        file.seek(HEADER.size + 4 + table_bytes)
        # As many squares as a shard has may wait in memory for the disk, and no more.
        for pixels, histogram in pool.map(square, [(image, size) for image, _ in images], chunksize=16):
            if pixels is None:
                sys.exit(f"make_shards.py: {histogram}")
            counts = [a + b for a, b in zip(counts, histogram)]
            checksums.append(zlib.crc32(pixels))
            file.write(pixels)
        tables = names + struct.pack(f"<{len(counts)}Q", *counts) + labels + struct.pack(f"<{len(checksums)}I", *checksums)
        header = HEADER.pack(b"RECSHARD", 1, size, size, 3, len(classes), len(images), number, shards, len(names), set_number,
                             zlib.crc32(tables))
        file.seek(0)
        file.write(header + struct.pack("<I", zlib.crc32(header)) + tables)
        file.flush()
        os.fsync(file.fileno())


def remove_shards(folder):
    for name in os.listdir(folder):
        if name.startswith(("train-", "test-")) and name.endswith(".shard"):
            os.remove(os.path.join(folder, name))


def make(folder, split, images, classes, pool, arguments):
    shards = -(-len(images) // arguments.shard_images)
    try:
        files = [f"{os.path.relpath(path, folder)} {os.path.getsize(path)}" for path, _ in images]
    except OSError as error:
        sys.exit(f"make_shards.py: {error}")
    what = f"{arguments.size} {classes} " + " ".join(files)
    set_number = zlib.crc32(what.encode())
    for number in range(shards):
        part = images[number * arguments.shard_images:(number + 1) * arguments.shard_images]
        path = os.path.join(arguments.dest, f"{split}-{number:05}.shard")
        write_shard(path, part, pool, arguments.size, classes, number, shards, set_number)
        print(f"{path}: {len(part)} images", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source")
    parser.add_argument("dest")
    parser.add_argument("--size", type=int, default=256, help="side of the squares that are kept")
    parser.add_argument("--shard-images", type=int, default=2048, help="images a file")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes that decode")
    arguments = parser.parse_args()
    if min(arguments.size, arguments.shard_images, arguments.jobs) < 1:
        parser.error("sizes and counts are 1 or more")
    train = os.path.join(arguments.source, "train")
    tests = [os.path.join(arguments.source, name) for name in ("test", "val")]
    test = next((place for place in tests if os.path.isdir(place)), None)
    if not os.path.isdir(train) or test is None:
        sys.exit(f"make_shards.py: {arguments.source} lacks train/, or test/ or val/")
    classes = classes_of(train)
    unknown = [name for name in classes_of(test) if name not in classes]
    if unknown:
        sys.exit(f"make_shards.py: {test} has classes that {train} lacks: {', '.join(unknown)}")
    train_images, test_images = images_of(train, classes), images_of(test, classes)
    os.makedirs(arguments.dest, exist_ok=True)
    remove_shards(arguments.dest)  # of both, so that none is left beside those of another making
    # multiprocessing.Pool can wait for ever when it is ended amid its work, as by an image that cannot be read.
    with concurrent.futures.ProcessPoolExecutor(arguments.jobs) as pool:
        make(train, "train", train_images, classes, pool, arguments)
        make(test, "test", test_images, classes, pool, arguments)


if __name__ == "__main__":
    main()

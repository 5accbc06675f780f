"""Lists what a checkpoint of Recede holds, with numpy alone: python3 read_checkpoint.py FILE"""
import hashlib, json, struct, sys
import numpy as np

def read(path):
    data = open(path, "rb").read()
    length, = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    texts, start = header.pop("__metadata__"), 8 + length
    types = {"F32": "<f4", "U8": "u1"}
    tensors = {name: np.frombuffer(data, types[t["dtype"]], (t["data_offsets"][1] - t["data_offsets"][0]) // np.dtype(types[t["dtype"]]).itemsize,
                                   start + t["data_offsets"][0]).reshape(t["shape"]) for name, t in header.items()}
    assert hashlib.sha256(data[:-32]).digest() == tensors.pop("recede.checksum").tobytes(), "the file is damaged"
    return json.loads(texts["network"]), json.loads(texts["state"]), tensors

if __name__ == "__main__":
    network, state, tensors = read(sys.argv[1])
    print(network["name"], network["image"], "spaces:", {space["name"]: space.get("width", "derived") for space in network["spaces"]})
    for name, tensor in tensors.items():
        print(name, list(tensor.shape), f"{tensor.astype(np.float64).sum():.9g}")

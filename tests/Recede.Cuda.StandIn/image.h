// What the fake NVRTC gives instead of PTX or a binary: a text that names the object g++ made.
#pragma once
#include <string>

namespace standin {

struct Image {
    std::string object;  // path of the shared object
    bool instrumented = false;
    int architecture = 0;  // 80 for compute_80 and sm_80
    bool binary = false;   // sm_80, which runs on compute capability 8.x from 8.0 on; PTX runs on anything newer
};

std::string write_image(const Image& image);
/// False for what is no image of this stand-in, or names no object of its folder.
bool read_image(const char* text, Image& image);

/// The folder of the library itself, with the kernels' headers; objects are kept in it, under objects/.
std::string library_folder();
std::string library_path();

}  // namespace standin

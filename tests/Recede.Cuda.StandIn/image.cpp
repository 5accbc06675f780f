#include "image.h"

#include <dlfcn.h>

#include <sstream>

#include "standin.h"

namespace standin {
namespace {

constexpr const char* Title = "// Image of the Recede host stand-in";

}  // namespace

std::string write_image(const Image& image) {
    std::ostringstream text;
    text << Title << "\n.target " << (image.binary ? "sm_" : "compute_") << image.architecture << "\n.instrumented "
         << image.instrumented << "\n.object " << image.object << "\n";
    return text.str();
}

bool read_image(const char* text, Image& image) {
    std::istringstream lines{std::string(text)};
    std::string line, target;
    if (!std::getline(lines, line) || line != Title) return false;
    std::string word;
    if (!(lines >> word >> target) || word != ".target") return false;
    if (!(lines >> word >> image.instrumented) || word != ".instrumented") return false;
    if (!(lines >> word >> image.object) || word != ".object") return false;

    image.binary = target.rfind("sm_", 0) == 0;
    const std::string number = target.substr(image.binary ? 3 : std::string("compute_").size());
    image.architecture = number.empty() ? 0 : std::stoi(number);
    return image.object.rfind(library_folder() + "/objects/", 0) == 0 && image.object.find("..") == std::string::npos;
}

std::string library_path() {
    Dl_info library;
    return dladdr(reinterpret_cast<const void*>(&library_path), &library) != 0 ? library.dli_fname : "";
}

std::string library_folder() {
    const std::string path = library_path();
    return path.substr(0, path.rfind('/'));
}

}  // namespace standin

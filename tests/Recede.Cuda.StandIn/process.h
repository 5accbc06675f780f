// Runs another program and waits for it.
#pragma once
#include <string>
#include <vector>

namespace standin {

/// Runs a program that the path finds, in a folder ("" is the current one), and gives its exit status, or -1 when it could
/// not be run. What it writes to either output goes into `output`.
int run_process(const std::vector<std::string>& command, const std::string& folder, std::string& output);

}  // namespace standin

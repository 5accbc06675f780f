// Findings: what the checker and the fake libraries have to say, each place in the code once with a count.
#pragma once
#include <stddef.h>

#include <string>

namespace standin {

/// Findings since the last reset, counting each of its kind, kernel and place once.
int finding_count();
/// One of them as a line of text, with how often it was met.
std::string finding(int index);
void clear_findings();

/// As report(), with the place in the code that the hook was called from; a repeated place is only counted.
void report_at(const char* kind, const void* caller, const std::string& message);

}  // namespace standin

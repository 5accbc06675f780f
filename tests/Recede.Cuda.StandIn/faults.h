// Signals of bad addresses and divisions, turned into findings where the stand-in knows what happened.
#pragma once

namespace standin {

/// Installs the handlers, in front of those that are there (the .NET runtime's), once.
void watch_faults();

}  // namespace standin

// What of this machine the process may use.
#pragma once

#include <cstdint>
#include <string>

namespace hearth {

struct MachineShare {
  int64_t memory_kib;
  int processors;  // At least 1.
};

// The machine's memory and processors; less where control groups (versions 1 and 2) or the affinity of the process allow less. The tightest limit
// counts, of the process's own group and of all above it; parts of processors do not. Where the groups cannot be read they do not count. `root` is where
// /proc and /sys are looked for; tests give their own. Reads files; thread-safe.
MachineShare ShareOfMachine(const std::string& root = "");

}  // namespace hearth

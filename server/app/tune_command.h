// `hearthd tune`: which hash parameters suit this machine.
#pragma once

namespace hearth {

// What is wanted of the parameters.
struct TuneOptions {
  int most_millis = 100;  // Of one hash while all lanes are busy.
  int memory_mib = 0;     // Of all lanes together; 0: a quarter of what this process may use (machine.h).
  int lanes = 0;          // 0: one for each processor that it may use.
  bool json = false;
};

// Measures, and prints a table and the flags of `serve` that it proposes, or all of it as JSON. The exit status: 0, 1 when nothing fits or memory is short.
int RunTune(const TuneOptions& options);

}  // namespace hearth

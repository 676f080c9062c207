// Comma-separated values (RFC 4180).
#ifndef HEARTH_CLIENT_CLI_CSV_H_
#define HEARTH_CLIENT_CLI_CSV_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace hearth::cli {

// One record, and the line on which it begins, from 1.
struct CsvRecord {
  int line;
  std::vector<std::string> fields;
};

// The records of a text; empty lines are none. A field in double quotes may hold commas, line feeds and doubled quotes. A byte order mark is
// skipped. Fails with a usage error that names the line where a quote is not closed or followed by something else.
absl::StatusOr<std::vector<CsvRecord>> ParseCsv(const std::string& text);

// A record as a line of such a text.
std::string CsvLine(const std::vector<std::string>& fields);

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_CSV_H_

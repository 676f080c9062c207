// The log: one JSON object a line, on standard output (twelve-factor). Values are escaped by the JSON library, so that no text from a caller
// can forge a line. No secret may be passed in.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace hearth {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// A value in a log line.
using LogValue = std::variant<std::string, int64_t, double, bool>;
using LogFields = std::initializer_list<std::pair<const char*, LogValue>>;

// Sets the least level that is written; default kInfo. Call at start.
void StartLog(LogLevel least);

// True when lines of the level are written; asks before costly fields are made.
bool LogEnabled(LogLevel level);

// Writes one line: ts, level, msg and the fields. Thread-safe.
void Log(LogLevel level, std::string_view message, LogFields fields = {});

// Writes out what is buffered.
void FlushLog();

}  // namespace hearth

// Command-line options without variables bound to them: values are read from the option when the command
// runs.
#ifndef HEARTH_CLIENT_CLI_OPTIONS_H_
#define HEARTH_CLIENT_CLI_OPTIONS_H_

#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace hearth::cli {

// An option with one value. `names`: "--mail" or "-f,--file", or a bare word for a positional argument.
CLI::Option* AddValue(CLI::App* app, const std::string& names, const std::string& type, const std::string& help);
// The same, repeatable, and with commas between values.
CLI::Option* AddValues(CLI::App* app, const std::string& names, const std::string& type, const std::string& help);
// An option without value.
CLI::Option* AddSwitch(CLI::App* app, const std::string& names, const std::string& help);

// The value that was given; empty if none.
std::string ValueOf(const CLI::Option* option);

}  // namespace hearth::cli

#endif  // HEARTH_CLIENT_CLI_OPTIONS_H_

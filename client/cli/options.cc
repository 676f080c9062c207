#include "options.h"

#include <CLI/CLI.hpp>

namespace hearth::cli {
namespace {

bool Accept(const CLI::results_t&) { return true; }

}  // namespace

CLI::Option* AddValue(CLI::App* app, const std::string& names, const std::string& type, const std::string& help) {
  return app->add_option(names, CLI::callback_t(Accept), help)->type_name(type);
}

CLI::Option* AddValues(CLI::App* app, const std::string& names, const std::string& type, const std::string& help) {
  return AddValue(app, names, type, help)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->delimiter(',');
}

CLI::Option* AddSwitch(CLI::App* app, const std::string& names, const std::string& help) {
  return app->add_flag(names, help);
}

std::string ValueOf(const CLI::Option* option) {
  return option == nullptr || option->count() == 0 ? "" : option->results().back();
}

}  // namespace hearth::cli

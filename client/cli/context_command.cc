#include <iostream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "options.h"
#include "text.h"
#include "tool_commands.h"
#include "usage.h"

namespace hearth::cli {
namespace {

using nlohmann::json;

constexpr char kSetExamples[] =
    "  hearth context set prod --server hearth.example.com:443 --ca ca.pem --token-file token --directory "
    "forthcoffee\n"
    "  hearth context set prod --directory contoso    changes one setting and keeps the others\n"
    "  hearth context set prod --ca ''                takes one away\n";

absl::Status Unknown(const std::string& name) {
  return UsageError(absl::StrCat("There is no context \"", name, "\" in ", Contexts::Path(), "."),
                    "hearth context list");
}

std::string ValueIn(const Contexts::Values& values, const std::string& key) {
  const auto found = values.find(key);
  return found == values.end() ? "-" : found->second;
}

absl::Status List(const Session& session) {
  absl::StatusOr<Contexts> contexts = Contexts::Load(Contexts::Path());
  if (!contexts.ok()) return contexts.status();
  if (session.flags().json()) {
    const json all = {{"current", contexts->current}, {"contexts", contexts->contexts}};
    std::cout << all.dump(2, ' ', true, json::error_handler_t::replace) << "\n";
    return absl::OkStatus();
  }
  std::vector<std::vector<std::string>> rows = {{"CURRENT", "NAME", "SERVER", "DIRECTORY"}};
  for (const auto& [name, values] : contexts->contexts) {
    rows.push_back(
        {name == contexts->current ? "*" : "", name, ValueIn(values, "server"), ValueIn(values, "directory")});
  }
  std::cout << Aligned(rows);
  return absl::OkStatus();
}

absl::Status Show(const Session& session, std::string name) {
  absl::StatusOr<Contexts> contexts = Contexts::Load(Contexts::Path());
  if (!contexts.ok()) return contexts.status();
  if (name.empty()) name = contexts->current;
  if (name.empty()) return UsageError("No context is in use.", "hearth context use NAME");
  const auto found = contexts->contexts.find(name);
  if (found == contexts->contexts.end()) return Unknown(name);
  if (session.flags().json()) {
    const json all = {{"name", name}, {"settings", found->second}};
    std::cout << all.dump(2, ' ', true, json::error_handler_t::replace) << "\n";
    return absl::OkStatus();
  }
  std::vector<std::vector<std::string>> rows = {{"context", name}};
  for (const auto& [key, value] : found->second) rows.push_back({key, value});
  std::cout << Aligned(rows);
  return absl::OkStatus();
}

absl::Status Use(const std::string& name) {
  absl::StatusOr<Contexts> contexts = Contexts::Load(Contexts::Path());
  if (!contexts.ok()) return contexts.status();
  if (contexts->contexts.count(name) == 0) return Unknown(name);
  contexts->current = name;
  return contexts->Save(Contexts::Path());
}

// The first context becomes the one in use.
absl::Status Set(const Session& session, const std::string& name) {
  absl::StatusOr<Contexts> contexts = Contexts::Load(Contexts::Path());
  if (!contexts.ok()) return contexts.status();
  const Contexts::Values given = session.flags().Given();
  if (given.empty())
    return UsageError("Nothing to set is given.", "Give settings as flags: --server, --ca, --token-file, …");
  Contexts::Values& values = contexts->contexts[name];
  for (const auto& [key, value] : given) {
    if (value.empty()) {
      values.erase(key);
    } else {
      values[key] = value;
    }
  }
  if (contexts->current.empty()) contexts->current = name;
  return contexts->Save(Contexts::Path());
}

absl::Status Delete(const std::string& name) {
  absl::StatusOr<Contexts> contexts = Contexts::Load(Contexts::Path());
  if (!contexts.ok()) return contexts.status();
  if (contexts->contexts.erase(name) == 0) return Unknown(name);
  if (contexts->current == name) contexts->current.clear();
  return contexts->Save(Contexts::Path());
}

// A command with the argument NAME.
void AddNamed(Session* session, const std::string& verb, const std::string& summary, const std::string& examples,
              bool required, std::function<absl::Status(const std::string&)> run) {
  auto name = std::make_shared<CLI::Option*>();
  CLI::App* command = session->Command(session->NounOf("context"), verb, summary, examples,
                                       [name, run = std::move(run)] { return run(ValueOf(*name)); });
  *name = AddValue(command, "NAME", "", "of the context")->required(required);
}

}  // namespace

void AddContext(Session* session) {
  session->AddNoun("context", "named settings, kept in $HEARTH_CONFIG or ~/.config/hearth/config.json", kToolGroup);
  session->Command(session->NounOf("context"), "list", "list the contexts", "  hearth context list\n",
                   [session] { return List(*session); });
  AddNamed(session, "show", "show the settings of a context (default: the one in use)", "  hearth context show prod\n",
           false, [session](const std::string& name) { return Show(*session, name); });
  AddNamed(session, "use", "use this context from now on", "  hearth context use prod\n", true, Use);
  AddNamed(session, "set", "make or change a context, from the flags given", kSetExamples, true,
           [session](const std::string& name) { return Set(*session, name); });
  AddNamed(session, "delete", "forget a context", "  hearth context delete prod\n", true, Delete);
}

}  // namespace hearth::cli

// The flags of hearthd.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "server/app/commands.h"
#include "server/app/config.h"
#include "server/app/tune_command.h"

namespace hearth {

// Declares the subcommands and their flags on `app`, which outlives this. After parsing, Run runs the one that was given.
class Flags {
 public:
  explicit Flags(CLI::App& app);
  Flags(const Flags&) = delete;
  Flags& operator=(const Flags&) = delete;

  int Run() const;

 private:
  void AddServeFlags(CLI::App& command);
  void AddTune(CLI::App& app);
  void AddKeys(CLI::App& app);

  Config config_;
  BootstrapOptions bootstrap_options_;
  BreachedOptions breached_options_;
  TuneOptions tune_options_;
  std::string migrate_database_, app_role_ = "hearth_app", keys_path_;
  CLI::App *serve_, *check_, *migrate_, *bootstrap_, *tune_, *generate_, *add_key_, *promote_key_, *show_audit_,
      *build_breached_;
};

}  // namespace hearth

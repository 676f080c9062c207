#include <iostream>
#include <nlohmann/json.hpp>

#include "tool_commands.h"

namespace hearth::cli {

void AddVersion(Session* session) {
  const auto run = [session] {
    if (session->flags().json()) {
      std::cout << nlohmann::json{{"version", HEARTH_CLI_VERSION}}.dump(2) << "\n";
    } else {
      std::cout << "hearth " << HEARTH_CLI_VERSION << "\n";
    }
    return absl::OkStatus();
  };
  session->Command(&session->app(), "version", "the version of this tool", "", run)->group(kToolGroup);
}

}  // namespace hearth::cli

#include "hearth/client/health.h"

#include <iostream>
#include <nlohmann/json.hpp>

#include "interrupts.h"
#include "options.h"
#include "report.h"
#include "tool_commands.h"

namespace hearth::cli {
namespace {

constexpr char kExamples[] = "  hearth health\n  hearth health --service hearth.v1.ResetPasswordService --timeout 2s\n";

const char* TextOf(client::Health health) {
  switch (health) {
    case client::Health::kServing:
      return "SERVING";
    case client::Health::kNotServing:
      return "NOT_SERVING";
    case client::Health::kServiceUnknown:
      return "SERVICE_UNKNOWN";
    default:
      return "UNKNOWN";
  }
}

absl::Status Run(Session* session, const CLI::Option& service) {
  absl::StatusOr<Settings> settings = session->flags().Resolve();
  if (!settings.ok()) return settings.status();
  settings->client.token_file.clear();  // The health of a server is no secret, and works without a token.
  absl::StatusOr<client::Client> client = session->Connect(*settings);
  if (!client.ok()) return client.status();
  const CallRunning running;
  absl::StatusOr<client::Health> health = client::CheckHealth(*client, ValueOf(&service), session->call_options());
  if (!health.ok()) return health.status();
  if (session->flags().json()) {
    std::cout << nlohmann::json{{"status", TextOf(*health)}}.dump(2) << "\n";
  } else {
    std::cout << TextOf(*health) << "\n";
  }
  if (*health != client::Health::kServing) session->ExitWith(ExitCode(absl::UnavailableError("")));
  return absl::OkStatus();
}

}  // namespace

void AddHealth(Session* session) {
  auto service = std::make_shared<CLI::Option*>();
  CLI::App* command =
      session->Command(&session->app(), "health", "whether the server is ready; exit code 8 when it is not", kExamples,
                       [session, service] { return Run(session, **service); });
  command->group(kToolGroup);
  *service = AddValue(command, "--service", "NAME", "ask for one service (default: the server as a whole)");
}

}  // namespace hearth::cli

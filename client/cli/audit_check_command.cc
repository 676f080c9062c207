#include <unistd.h>

#include <iostream>
#include <memory>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "audit_command.h"
#include "hearth/client/methods.h"
#include "hearth/v1/audit_service.pb.h"
#include "names.h"
#include "options.h"
#include "render.h"
#include "session.h"
#include "text.h"
#include "usage.h"

namespace hearth::cli {
namespace {

using Response = v1::VerifyAuditResponse;

constexpr char kExamples[] =
    "  hearth audit check\n"
    "  hearth audit check --kept-size 1200 --kept-root-hash 9f86d081…      of a checkpoint that you kept\n"
    "The server computes its log again. `hearth audit verify` does the same without trusting the server.\n"
    "Exit code 1: something is wrong with the log.\n";

struct Flags {
  CLI::Option* size;
  CLI::Option* root;
};

absl::Status Check(Session* session, const Flags& flags) {
  absl::StatusOr<Settings> settings = session->flags().Resolve();
  if (!settings.ok()) return settings.status();
  absl::StatusOr<std::string> directory = DirectoryName(settings->directory);
  if (!directory.ok()) return directory.status();
  v1::VerifyAuditRequest request;
  request.set_name(*directory);
  request.set_kept_root_hash(ValueOf(flags.root));
  int64_t size = 0;
  if (flags.size->count() > 0 && !absl::SimpleAtoi(ValueOf(flags.size), &size)) {
    return UsageError("--kept-size takes a number.");
  }
  request.set_kept_size(size);
  absl::StatusOr<client::Client> client = session->Connect(*settings);
  if (!client.ok()) return client.status();

  const bool shown = isatty(STDERR_FILENO) != 0;
  Response response, last;
  const auto show = [&] {
    last = response;
    if (shown) std::cerr << '\r' << response.checked() << " of " << response.size() << " rows" << std::flush;
    return true;
  };
  absl::Status status =
      session->InvokeStreaming(*client, *client::MethodOf(*request.GetDescriptor()), request, &response, show);
  if (shown) std::cerr << '\n';
  if (!status.ok()) return status;
  if (session->flags().json()) {
    absl::StatusOr<std::string> line = JsonLine(last);
    if (!line.ok()) return line.status();
    std::cout << *line;
  } else {
    std::cout << Printable(last.detail()) << " (" << last.checked() << " rows";
    if (last.first_bad() >= 0) std::cout << "; first bad row " << last.first_bad();
    if (!last.first_bad_name().empty()) std::cout << ": " << Printable(last.first_bad_name());
    std::cout << ")\n";
  }
  if (last.finding() != Response::FINDING_INTACT) session->ExitWith(1);
  return absl::OkStatus();
}

}  // namespace

void AddAuditCheck(Session* session) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = session->Command(session->NounOf("audit"), "check", "let the server compute its log again",
                                       kExamples, [session, flags] { return Check(session, *flags); });
  flags->size = AddValue(command, "--kept-size", "NUMBER", "size of a checkpoint that was kept");
  flags->root = AddValue(command, "--kept-root-hash", "HEX", "its root_hash");
}

}  // namespace hearth::cli

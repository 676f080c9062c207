#include <unistd.h>

#include <fstream>
#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "audit_command.h"
#include "flag_texts.h"
#include "hearth/client/methods.h"
#include "hearth/client/paging.h"
#include "hearth/v1/audit_service.pb.h"
#include "interrupts.h"
#include "names.h"
#include "options.h"
#include "render.h"
#include "session.h"
#include "usage.h"

namespace hearth::cli {
namespace {

constexpr char kExamples[] =
    "  hearth audit export --out audit.jsonl                         all of it, for `hearth audit verify`\n"
    "  hearth audit export --filter 'verdict = REFUSED' | jq .reason\n"
    "A row a line, as JSON. Without --filter also what is left of rows that the policy removed.\n";
constexpr int kPage = 1000;

struct Flags {
  CLI::Option* out;
  CLI::Option* filter;
};

// How many rows there are, for the progress; 0: not known.
int64_t SizeOf(Session* session, const client::Client& client, const std::string& directory) {
  v1::GetAuditCheckpointRequest request;
  request.set_name(directory);
  v1::GetAuditCheckpointResponse response;
  const auto* method = client::MethodOf(*request.GetDescriptor());
  return session->Invoke(client, *method, request, &response).ok() ? response.checkpoint().size() : 0;
}

absl::Status Export(Session* session, const Flags& flags) {
  absl::StatusOr<Settings> settings = session->flags().Resolve();
  if (!settings.ok()) return settings.status();
  absl::StatusOr<std::string> directory = DirectoryName(settings->directory);
  if (!directory.ok()) return directory.status();
  const std::string path = ValueOf(flags.out);
  std::ofstream file;
  if (!path.empty()) file.open(path, std::ios::trunc);
  if (!path.empty() && !file) return UsageError(absl::StrCat("Cannot write the file ", path, "."));
  std::ostream& out = path.empty() ? std::cout : file;
  absl::StatusOr<client::Client> client = session->Connect(*settings);
  if (!client.ok()) return client.status();

  v1::ListAuditEventsRequest request;
  request.set_parent(*directory);
  request.set_page_size(kPage);
  request.set_filter(ValueOf(flags.filter));
  request.set_show_removed(request.filter().empty());
  const bool shown = isatty(STDERR_FILENO) != 0;
  const int64_t size = shown ? SizeOf(session, *client, *directory) : 0;
  int64_t rows = 0;
  absl::Status written;
  const auto write = [&](v1::ListAuditEventsResponse& page) {
    for (const v1::AuditEvent& event : page.audit_events()) {
      absl::StatusOr<std::string> line = JsonLine(event);
      written = line.status();
      if (!line.ok()) return false;
      out << *line;
      ++rows;
    }
    if (!out.flush()) written = absl::UnknownError("Cannot write the output.");
    if (shown) std::cerr << '\r' << rows << (size > 0 ? absl::StrCat(" of ", size) : "") << " rows" << std::flush;
    return written.ok();
  };
  const CallRunning running;
  absl::Status status = client::EachPage<v1::ListAuditEventsResponse>(*client, request, write, session->call_options());
  if (shown) std::cerr << '\n';
  return written.ok() ? status : written;
}

}  // namespace

void AddAuditExport(Session* session) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command =
      session->Command(session->NounOf("audit"), "export", "write the audit as lines of JSON, with progress", kExamples,
                       [session, flags] { return Export(session, *flags); });
  flags->out = AddValue(command, "--out", "FILE", "write to this file (default: standard output)");
  flags->filter = AddValue(command, "--filter", "TEXT", FlagTextOf("ListAuditEventsRequest.filter").help);
}

}  // namespace hearth::cli

#include <algorithm>
#include <fstream>
#include <iostream>
#include <memory>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "hearth/client/methods.h"
#include "hearth/v1/credential_service.pb.h"
#include "import_file.h"
#include "import_rows.h"
#include "names.h"
#include "options.h"
#include "progress.h"
#include "render.h"
#include "report.h"
#include "text_file.h"
#include "tool_commands.h"
#include "usage.h"

namespace hearth::cli {
namespace {

constexpr char kExamples[] =
    "  hearth import people.csv --dry-run                          checks every row, changes nothing\n"
    "  hearth import people.csv --report refused.csv\n"
    "  hearth import people.csv --report refused.csv --start-at 24002     goes on with a run that broke off\n"
    "  hearth import realm-export.json --from keycloak\n"
    "  hearth import identities.json --from kratos\n"
    "  hearth import users.json --from firebase --signer-key-file key --salt-separator Bw==\n"
    "A CSV file names its columns in the first line: user_principal_name (or name), password_hash, and if you like\n"
    "require_change_at_next_sign_in (true or false, yes or no, 1 or 0); JSON lines have the same names.\n"
    "People must be there already, and have no password.\n"
    "Kratos' export is what its GET /admin/identities?include_credential=password answers, each page a file.\n"
    "ZITADEL makes bcrypt of cost 14 by default, which hearthd takes where it is told to (--import-bcrypt-cost).\n"
    "The report has columns for programs: row, person, reason, message. A row is the line of a CSV file, else the\n"
    "place among its people. Rows that cannot be taken do not stop the others. The exit code is that of the first\n"
    "refusal; people whose row has no hash are in the report, and change no exit code.\n"
    "\n"
    "Where the server limits how often one may call, the command waits and goes on. A run that breaks off all the\n"
    "same says at which row; --start-at goes on there, and adds to the report. The same command from the beginning\n"
    "does no harm either: who has the very hash already is counted, not changed. That goes over all rows again,\n"
    "about as fast as they were imported: on two processors some 1,600 a second, ten minutes for a million.\n"
    "A dry run sees that two rows are of the same person within each 4,000 rows; the run itself always does.\n";

// A run of many calls would rather wait for its turn a minute long than break off.
constexpr int kAttempts = 20;

struct Flags {
  CLI::Option *file, *from, *dry_run, *report, *start_at, *signer_key, *salt_separator, *rounds, *memory_cost;
};

absl::StatusOr<FirebaseParameters> Firebase(const Flags& flags) {
  FirebaseParameters firebase;
  if (ValueOf(flags.from) != "firebase") return firebase;
  if (flags.signer_key->count() == 0 || flags.salt_separator->count() == 0) {
    return UsageError("--from firebase needs --signer-key-file and --salt-separator.",
                      "The Firebase console shows them: Authentication, Users, Password hash parameters.");
  }
  absl::StatusOr<std::string> key = ReadTextFile(ValueOf(flags.signer_key));
  if (!key.ok()) return key.status();
  firebase.signer_key = key->substr(0, key->find_first_of(" \r\n"));
  firebase.salt_separator = ValueOf(flags.salt_separator);
  if (flags.rounds->count() > 0) firebase.rounds = ValueOf(flags.rounds);
  if (flags.memory_cost->count() > 0) firebase.memory_cost = ValueOf(flags.memory_cost);
  return firebase;
}

absl::StatusOr<std::vector<ImportRow>> ReadRows(const Flags& flags) {
  absl::StatusOr<std::string> text = ReadTextFile(ValueOf(flags.file));
  if (!text.ok()) return text.status();
  absl::StatusOr<FirebaseParameters> firebase = Firebase(flags);
  if (!firebase.ok()) return firebase.status();
  const std::string from = flags.from->count() > 0 ? ValueOf(flags.from) : "csv";
  const auto& sources = ImportSources();
  if (std::find(sources.begin(), sources.end(), from) == sources.end()) {
    return UsageError(absl::StrCat("\"", from, "\" is no source."),
                      absl::StrCat("One of ", absl::StrJoin(sources, ", ")));
  }
  return ReadImport(*text, from, *firebase);
}

// Drops the rows before the one at which to start.
absl::Status Skip(const Flags& flags, std::vector<ImportRow>* rows) {
  if (flags.start_at->count() == 0) return absl::OkStatus();
  int start = 0;
  if (!absl::SimpleAtoi(ValueOf(flags.start_at), &start) || start < 1) {
    return UsageError("--start-at must be the number of a row.");
  }
  rows->erase(rows->begin(),
              std::find_if(rows->begin(), rows->end(), [start](const ImportRow& row) { return row.row >= start; }));
  return rows->empty() ? UsageError(absl::StrCat("The file has no row ", start, " or later.")) : absl::OkStatus();
}

// Where the refused rows are written: a file, or standard output.
class Report {
 public:
  absl::Status Open(const Flags& flags, bool json) {
    const bool again = flags.start_at->count() > 0;
    if (flags.report->count() > 0) {
      file_.open(ValueOf(flags.report), again ? std::ios::app | std::ios::ate : std::ios::trunc);
      if (!file_) return UsageError(absl::StrCat("Cannot write the file ", ValueOf(flags.report), "."));
    }
    json_ = json;
    const bool begun = file_.is_open() ? file_.tellp() > 0 : again;
    if (!json && !begun) out() << "row,person,reason,message\n";
    return absl::OkStatus();
  }
  void Add(const v1::ImportCredentialsResponse& response, const std::vector<ImportRow>& rows) {
    out() << (json_ ? Json(response).value_or("") : ReportLines(response, rows)) << std::flush;
  }
  // False: something could not be written.
  bool good() { return static_cast<bool>(out()); }

 private:
  std::ostream& out() { return file_.is_open() ? file_ : std::cout; }

  std::ofstream file_;
  bool json_ = false;
};

// What became of the rows so far.
struct Tally {
  void Add(const v1::ImportCredentialsResponse& response) {
    imported += response.imported_count();
    unchanged += response.unchanged_count();
    refused += response.refused_count();
    without_hash += response.refusals_size() - response.refused_count();
  }
  std::string Text(size_t rows, bool dry_run) const {
    const std::string wanting = without_hash == 0 ? "" : absl::StrCat(", ", without_hash, " without a password");
    return absl::StrCat(imported + unchanged + refused + without_hash, " of ", rows, ": ", imported,
                        dry_run ? " would be imported, " : " imported, ", unchanged, " there already, ", refused,
                        " refused", wanting);
  }

  int imported = 0, unchanged = 0, refused = 0, without_hash = 0;
};

// The exit code is that of the first refusal.
void NoteRefusal(Session* session, const google::rpc::Status& refusal) {
  if (session->exit_code() != 0) return;
  session->ExitWith(ExitCode(absl::Status(static_cast<absl::StatusCode>(refusal.code()), "refused")));
}

// Makes one call; `response` is what the server and this command refused of it, by row.
absl::Status Bring(Session* session, const client::Client& client, const ImportCall& call,
                   v1::ImportCredentialsResponse* response) {
  const auto requests = [&call]() -> client::Client::Requests {
    return
        [&call, sent = size_t{0}]() mutable { return sent < call.messages.size() ? &call.messages[sent++] : nullptr; };
  };
  if (!call.messages.empty()) {
    const auto& method = *client::FindMethod("ImportCredentials");
    if (absl::Status status = session->InvokeUploading(client, method, requests, response); !status.ok()) return status;
  }
  if (call.kept_back.refused_count() > 0) NoteRefusal(session, call.kept_back.refusals(0).refusal());
  if (response->refusals_size() > 0) NoteRefusal(session, response->refusals(0).refusal());
  response->set_refused_count(response->refused_count() + call.kept_back.refused_count());
  response->mutable_refusals()->MergeFrom(call.kept_back.refusals());
  std::stable_sort(response->mutable_refusals()->begin(), response->mutable_refusals()->end(),
                   [](const auto& a, const auto& b) { return a.row() < b.row(); });
  return absl::OkStatus();
}

absl::Status Run(Session* session, const Flags& flags) {
  absl::StatusOr<Settings> settings = session->flags().Resolve();
  if (!settings.ok()) return settings.status();
  absl::StatusOr<std::vector<ImportRow>> rows = ReadRows(flags);
  if (!rows.ok()) return rows.status();
  if (absl::Status status = Skip(flags, &*rows); !status.ok()) return status;
  absl::StatusOr<std::string> parent = DirectoryName(settings->directory);
  if (!parent.ok()) return parent.status();
  settings->client.retry.max_attempts = kAttempts;
  absl::StatusOr<client::Client> client = session->Connect(*settings);
  if (!client.ok()) return client.status();
  Report report;
  if (absl::Status status = report.Open(flags, session->flags().json()); !status.ok()) return status;

  const ImportTarget target{*parent, flags.dry_run->count() > 0};
  const Progress progress(rows->size());
  Tally tally;
  absl::Status status;
  auto next = rows->cbegin();
  while (next != rows->cend()) {
    const auto end = next + std::min(kRowsInCall, rows->cend() - next);
    v1::ImportCredentialsResponse response;
    status = Bring(session, *client, MakeImportCall(next, end, target), &response);
    if (!status.ok()) break;
    report.Add(response, *rows);
    tally.Add(response);
    next = end;
    progress.Show(static_cast<size_t>(next - rows->cbegin()), tally.Text(rows->size(), target.dry_run));
  }
  progress.End(tally.Text(rows->size(), target.dry_run));
  if (!status.ok()) {
    std::cerr << "The run broke off. Give the same command again, with --start-at " << next->row
              << " to go on where this one ended.\n";
  }
  return report.good() ? status : absl::UnknownError("Cannot write the report.");
}

}  // namespace

void AddImport(Session* session) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = session->Command(&session->app(), "import", "bring people's password hashes from another system",
                                       kExamples, [session, flags] { return Run(session, *flags); });
  command->group("People");
  flags->file = AddValue(command, "FILE", "", "the hashes; - is standard input")->required();
  flags->from = AddValue(command, "--from", "SOURCE",
                         absl::StrCat("what the file is: ", absl::StrJoin(ImportSources(), ", "), " (default: csv)"));
  flags->dry_run = AddSwitch(command, "--dry-run", "check everything, change nothing");
  flags->report = AddValue(command, "--report", "FILE", "write refused rows to this file (default: standard output)");
  flags->start_at = AddValue(command, "--start-at", "ROW", "leave out the rows before this one, and add to the report");
  flags->signer_key = AddValue(command, "--signer-key-file", "FILE", "Firebase: file with base64_signer_key");
  flags->salt_separator = AddValue(command, "--salt-separator", "BASE64", "Firebase: base64_salt_separator");
  flags->rounds = AddValue(command, "--rounds", "N", "Firebase: rounds (default: 8)");
  flags->memory_cost = AddValue(command, "--mem-cost", "N", "Firebase: mem_cost (default: 14)");
}

}  // namespace hearth::cli

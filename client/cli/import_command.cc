#include <algorithm>
#include <fstream>
#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "csv.h"
#include "fields.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "hearth/client/methods.h"
#include "hearth/v1/credential_service.pb.h"
#include "import_file.h"
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
    "  hearth import realm-export.json --from keycloak\n"
    "  hearth import identities.json --from kratos\n"
    "  hearth import users.json --from firebase --signer-key-file key --salt-separator Bw==\n"
    "A CSV file names its columns in the first line: user_principal_name (or name), password_hash, and if you like\n"
    "require_change_at_next_sign_in (true or false, yes or no, 1 or 0); JSON lines have the same names. People must be "
    "there already, "
    "and\n"
    "have no password. A run that broke off is given again: what is there already is counted, not changed.\n"
    "Kratos' export is what its GET /admin/identities?include_credential=password answers, each page a file.\n"
    "The report has columns for programs: row, person, reason, message.\n";

constexpr size_t kRowsInMessage = 100;  // As the contract allows.
constexpr size_t kRowsInCall = 1000;

struct Flags {
  CLI::Option *file, *from, *dry_run, *report, *signer_key, *salt_separator, *rounds, *memory_cost;
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

absl::StatusOr<ImportFile> ReadRows(const Flags& flags) {
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

// Whose password the row is, into a row of a message.
absl::Status SetTarget(const ImportRow& from, const Settings& settings, v1::ImportCredentialsRequest::Row* row) {
  if (IsPrincipalName(from.person)) {
    row->set_user_principal_name(from.person);
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> name = FullName(v1::FORMAT_USER_NAME, from.person, settings.directory);
  if (name.ok()) row->set_name(*name);
  return name.status();
}

// A name that cannot be one is told before anything is sent.
absl::Status CheckTargets(const std::vector<ImportRow>& rows, const Settings& settings) {
  for (const ImportRow& row : rows) {
    v1::ImportCredentialsRequest::Row unused;
    if (absl::Status status = SetTarget(row, settings, &unused); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// The messages of one call, from row `begin` on.
absl::StatusOr<std::vector<v1::ImportCredentialsRequest>> Messages(const std::vector<ImportRow>& rows, size_t begin,
                                                                   const Settings& settings, bool dry_run) {
  absl::StatusOr<std::string> parent = DirectoryName(settings.directory);
  if (!parent.ok()) return parent.status();
  std::vector<v1::ImportCredentialsRequest> messages;
  for (size_t i = begin; i < std::min(rows.size(), begin + kRowsInCall); ++i) {
    if ((i - begin) % kRowsInMessage == 0) {
      messages.emplace_back().set_parent(*parent);
      messages.back().set_validate_only(dry_run);
    }
    auto& row = *messages.back().add_rows();
    row.set_row(rows[i].row);
    row.set_password_hash(rows[i].hash);
    row.set_require_change_at_next_sign_in(rows[i].must_change);
    if (absl::Status status = SetTarget(rows[i], settings, &row); !status.ok()) return status;
  }
  return messages;
}

std::string Summary(const v1::ImportCredentialsResponse& all, size_t rows, bool dry_run) {
  return absl::StrCat(all.imported_count() + all.unchanged_count() + all.refused_count(), " of ", rows, ": ",
                      all.imported_count(), dry_run ? " would be imported, " : " imported, ", all.unchanged_count(),
                      " there already, ", all.refused_count(), " refused");
}

// A line of the report for each refused row.
std::string Lines(const v1::ImportCredentialsResponse& response, const std::vector<ImportRow>& rows) {
  std::string lines;
  for (const auto& refused : response.refusals()) {
    const auto row = std::lower_bound(rows.begin(), rows.end(), refused.row(),
                                      [](const ImportRow& a, int64_t number) { return a.row < number; });
    const auto wrong = DetailOf<google::rpc::BadRequest>(refused.refusal());
    const std::string message =
        wrong.field_violations_size() > 0 ? wrong.field_violations(0).description() : refused.refusal().message();
    absl::StrAppend(&lines, CsvLine({absl::StrCat(refused.row()), row == rows.end() ? "" : row->person,
                                     DetailOf<google::rpc::ErrorInfo>(refused.refusal()).reason(), message}));
  }
  return lines;
}

absl::Status Run(Session* session, const Flags& flags) {
  absl::StatusOr<Settings> settings = session->flags().Resolve();
  if (!settings.ok()) return settings.status();
  absl::StatusOr<ImportFile> import = ReadRows(flags);
  if (!import.ok()) return import.status();
  const std::vector<ImportRow>* rows = &import->rows;
  if (absl::Status status = CheckTargets(*rows, *settings); !status.ok()) return status;
  absl::StatusOr<client::Client> client = session->Connect(*settings);
  if (!client.ok()) return client.status();
  std::ofstream file;
  if (flags.report->count() > 0) {
    file.open(ValueOf(flags.report));
    if (!file) return UsageError(absl::StrCat("Cannot write the file ", ValueOf(flags.report), "."));
  }
  std::ostream& report = file.is_open() ? file : std::cout;
  const bool dry_run = flags.dry_run->count() > 0, json = session->flags().json();
  if (!json) report << "row,person,reason,message\n";

  const Progress progress(rows->size());
  v1::ImportCredentialsResponse all;
  absl::Status status;
  for (size_t begin = 0; begin < rows->size() && status.ok(); begin += kRowsInCall) {
    absl::StatusOr<std::vector<v1::ImportCredentialsRequest>> messages = Messages(*rows, begin, *settings, dry_run);
    if (!messages.ok()) return messages.status();
    v1::ImportCredentialsResponse response;
    size_t sent = 0;
    status = session->InvokeUploading(
        *client, *client::FindMethod("ImportCredentials"),
        [&]() -> const google::protobuf::Message* { return sent < messages->size() ? &(*messages)[sent++] : nullptr; },
        &response);
    if (!status.ok()) break;
    report << (json ? Json(response).value_or("") : Lines(response, *rows)) << std::flush;
    if (response.refusals_size() > 0 && session->exit_code() == 0) {
      const auto code = static_cast<absl::StatusCode>(response.refusals(0).refusal().code());
      session->ExitWith(ExitCode(absl::Status(code, "refused")));
    }
    response.clear_refusals();
    all.set_imported_count(all.imported_count() + response.imported_count());
    all.set_unchanged_count(all.unchanged_count() + response.unchanged_count());
    all.set_refused_count(all.refused_count() + response.refused_count());
    progress.Show(std::min(rows->size(), begin + kRowsInCall), Summary(all, rows->size(), dry_run));
  }
  progress.End(Summary(all, rows->size(), dry_run));
  if (import->left_out > 0) std::cerr << import->left_out << " without a password or a name were left out.\n";
  if (!status.ok()) std::cerr << "The run broke off. Give the same command again: it goes on where this one ended.\n";
  if (!report) return absl::UnknownError("Cannot write the report.");
  return status;
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
  flags->signer_key = AddValue(command, "--signer-key-file", "FILE", "Firebase: file with base64_signer_key");
  flags->salt_separator = AddValue(command, "--salt-separator", "BASE64", "Firebase: base64_salt_separator");
  flags->rounds = AddValue(command, "--rounds", "N", "Firebase: rounds (default: 8)");
  flags->memory_cost = AddValue(command, "--mem-cost", "N", "Firebase: mem_cost (default: 14)");
}

}  // namespace hearth::cli

#include <google/protobuf/util/json_util.h>
#include <sys/stat.h>

#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "audit_command.h"
#include "audit_evidence.h"
#include "hearth/client/audit_log.h"
#include "options.h"
#include "session.h"
#include "usage.h"

namespace hearth::cli {
namespace {

constexpr char kExamples[] =
    "  hearth audit export --out audit.jsonl\n"
    "  hearthd keys show-audit --keys-file keys >audit-keys          once, by the operators; keep it\n"
    "  hearth audit verify --rows audit.jsonl --checkpoints heads.jsonl --keys audit-keys\n"
    "No server is asked. Checkpoints are what `hearthd serve --audit-heads` wrote, or what `hearth audit checkpoint -o "
    "json`\n"
    "and the event stream gave. Those of other directories are passed over, and lines that are none, with a warning.\n"
    "The file of rows is taken to be as old as the export, when it was last written: rows that were sealed in the "
    "minute "
    "before\n"
    "it, or later, need not be in it.\n"
    "Exit code 1: something is wrong with the log; the message names the first bad row. 2: the checkpoints do not "
    "prove "
    "enough.\n";
// What is sealed while the last page is under way is not in an export; and the clocks of two machines differ.
constexpr absl::Duration kUnderWay = absl::Minutes(1);

struct Flags {
  CLI::Option* rows;
  CLI::Option* checkpoints;
  CLI::Option* keys;
};

absl::StatusOr<absl::Time> LastWritten(const std::string& path) {
  struct stat found{};
  if (stat(path.c_str(), &found) != 0) return UsageError(absl::StrCat("Cannot read the file ", path, "."));
  return absl::TimeFromTimespec(found.st_mtim);
}

absl::Status AddRows(const std::string& path, client::AuditLogVerifier* verifier) {
  std::ifstream file(path);
  if (!file) return UsageError(absl::StrCat("Cannot read the file ", path, "."));
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty()) continue;
    v1::AuditEvent row;
    if (!google::protobuf::util::JsonStringToMessage(line, &row).ok()) {
      return UsageError(absl::StrCat(path, ", line ", number, ": is not a row of the audit in JSON."));
    }
    if (absl::Status status = verifier->AddRow(row); !status.ok()) {
      return absl::Status(status.code(), absl::StrCat(path, ", line ", number, ": ", std::string(status.message())));
    }
  }
  return verifier->Finish();
}

std::string Praise(const client::AuditLogVerifier& verifier) {
  std::string text = absl::StrCat("The log is intact: ", verifier.rows(), " rows, the first ", verifier.proved(),
                                  " of them proved by signed checkpoints.");
  if (verifier.removed() + verifier.erased() > 0) {
    absl::StrAppend(&text, " By the policy ", verifier.removed(), " were removed, and of ", verifier.erased(),
                    " was erased what they say of persons.");
  }
  return text;
}

void PrintJson(const client::AuditLogVerifier& verifier, int skipped, bool intact, const std::string& detail) {
  const nlohmann::json result = {{"intact", intact},
                                 {"rows", verifier.rows()},
                                 {"proved", verifier.proved()},
                                 {"removed", verifier.removed()},
                                 {"erased", verifier.erased()},
                                 {"skipped_checkpoints", skipped},
                                 {"detail", detail}};
  std::cout << result.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

absl::Status Verify(Session* session, const Flags& flags) {
  absl::StatusOr<std::map<std::string, std::string>> keys = ReadAuditKeys(ValueOf(flags.keys));
  if (!keys.ok()) return keys.status();
  absl::StatusOr<absl::Time> written = LastWritten(ValueOf(flags.rows));
  if (!written.ok()) return written.status();
  client::AuditLogVerifier verifier(*std::move(keys), *written - kUnderWay);
  int skipped = 0;
  absl::Status status;
  for (const std::string& path : flags.checkpoints->results()) {
    const auto add = [&](const v1::AuditCheckpoint& checkpoint) { return verifier.AddCheckpoint(checkpoint); };
    if (status = EachCheckpoint(path, add, &skipped); !status.ok()) break;
  }
  if (status.ok()) status = AddRows(ValueOf(flags.rows), &verifier);
  const bool json = session->flags().json();
  if (json && absl::IsDataLoss(status)) PrintJson(verifier, skipped, false, std::string(status.message()));
  if (absl::IsFailedPrecondition(status)) {
    return UsageError(std::string(status.message()),
                      "Give checkpoints that are older, and one from shortly before the export.");
  }
  if (!status.ok()) return status;
  if (verifier.proved() == 0) {
    return UsageError("None of the checkpoints is of this log, or of so few rows: nothing was proved.",
                      "Give checkpoints that were kept, of the directory of the rows.");
  }
  if (json) {
    PrintJson(verifier, skipped, true, Praise(verifier));
  } else {
    std::cout << Praise(verifier) << '\n';
  }
  return absl::OkStatus();
}

}  // namespace

void AddAuditVerify(Session* session) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = session->Command(session->NounOf("audit"), "verify",
                                       "check exported rows against checkpoints that were kept, offline", kExamples,
                                       [session, flags] { return Verify(session, *flags); });
  flags->rows = AddValue(command, "--rows", "FILE", "what `hearth audit export` wrote")->required();
  flags->checkpoints =
      AddValues(command, "--checkpoints", "FILE", "signed checkpoints, as JSON; repeat for several files")->required();
  flags->keys = AddValue(command, "--keys", "FILE", "public keys: what `hearthd keys show-audit` printed")->required();
}

}  // namespace hearth::cli

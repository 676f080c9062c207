#include <google/protobuf/util/json_util.h>

#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "audit_command.h"
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
    "and the event stream gave: one JSON object a line. Those of other directories are passed over.\n"
    "Exit code 1: something is wrong with the log; the message names the first bad row.\n";

struct Flags {
  CLI::Option* rows;
  CLI::Option* checkpoints;
  CLI::Option* keys;
};

absl::StatusOr<std::map<std::string, std::string>> ReadKeys(const std::string& path) {
  std::ifstream file(path);
  if (!file) return UsageError(absl::StrCat("Cannot read the file ", path, "."));
  std::map<std::string, std::string> keys;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string id, key;
    if (!(words >> id >> key)) continue;
    keys[id] = key;
  }
  if (keys.empty()) return UsageError("The file of keys is empty.", "Make it: hearthd keys show-audit --keys-file …");
  return keys;
}

// What to do about a line that is none.
enum class BadLine {
  kFails,
  kPassedOver,  // With a warning: a full disk or a lost machine cuts a line off, and the others are evidence still.
};

// Parses each line of a file into `message`, and tells `each`.
template <class Message, class Each>
absl::Status EachLine(const std::string& path, BadLine bad, const Each& each) {
  std::ifstream file(path);
  if (!file) return UsageError(absl::StrCat("Cannot read the file ", path, "."));
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty()) continue;
    Message message;
    if (!google::protobuf::util::JsonStringToMessage(line, &message).ok()) {
      const std::string wrong =
          absl::StrCat(path, ", line ", number, ": is not a ", std::string(Message::descriptor()->name()), " in JSON");
      if (bad == BadLine::kFails) return UsageError(absl::StrCat(wrong, "."));
      std::cerr << "warning: " << wrong << "; it is passed over.\n";
      continue;
    }
    if (absl::Status status = each(message); !status.ok()) {
      return absl::Status(status.code(), absl::StrCat(path, ", line ", number, ": ", std::string(status.message())));
    }
  }
  return absl::OkStatus();
}

absl::Status Verify(const Flags& flags) {
  absl::StatusOr<std::map<std::string, std::string>> keys = ReadKeys(ValueOf(flags.keys));
  if (!keys.ok()) return keys.status();
  client::AuditLogVerifier verifier(*keys);
  for (const std::string& path : flags.checkpoints->results()) {
    absl::Status status = EachLine<v1::AuditCheckpoint>(
        path, BadLine::kPassedOver,
        [&](const v1::AuditCheckpoint& checkpoint) { return verifier.AddCheckpoint(checkpoint); });
    if (!status.ok()) return status;
  }
  absl::Status status = EachLine<v1::AuditEvent>(ValueOf(flags.rows), BadLine::kFails,
                                                 [&](const v1::AuditEvent& row) { return verifier.AddRow(row); });
  if (status.ok()) status = verifier.Finish();
  if (!status.ok()) return status;
  if (verifier.proved() == 0) {
    return UsageError("None of the checkpoints is of this log, or of so few rows: nothing was proved.",
                      "Give checkpoints that were kept, of the directory of the rows.");
  }
  std::cout << "The log is intact: " << verifier.rows() << " rows, the first " << verifier.proved()
            << " of them proved by signed checkpoints.\n";
  return absl::OkStatus();
}

}  // namespace

void AddAuditVerify(Session* session) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = session->Command(session->NounOf("audit"), "verify",
                                       "check exported rows against checkpoints that were kept, offline", kExamples,
                                       [flags] { return Verify(*flags); });
  flags->rows = AddValue(command, "--rows", "FILE", "what `hearth audit export` wrote")->required();
  flags->checkpoints =
      AddValues(command, "--checkpoints", "FILE", "signed checkpoints, a line each; repeat for several files")
          ->required();
  flags->keys = AddValue(command, "--keys", "FILE", "public keys: what `hearthd keys show-audit` printed")->required();
}

}  // namespace hearth::cli

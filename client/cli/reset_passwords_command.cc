#include "reset_passwords_command.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "csv.h"
#include "fields.h"
#include "google/protobuf/util/time_util.h"
#include "google/rpc/error_details.pb.h"
#include "hearth/client/error.h"
#include "hearth/client/methods.h"
#include "hearth/v1/reset_password_service.pb.h"
#include "interrupts.h"
#include "names.h"
#include "options.h"
#include "progress.h"
#include "render.h"
#include "report.h"
#include "text.h"
#include "text_file.h"
#include "usage.h"

namespace hearth::cli {
namespace {

using google::protobuf::util::TimeUtil;

constexpr char kExamples[] =
    "  hearth user reset-passwords --file people.txt --out passwords.csv\n"
    "  hearth user reset-passwords --file people.txt --out passwords.csv --lifetime 7d\n"
    "  hearth user reset-passwords --file people.txt --out again.csv --request-id 3f1c…   resumes a run that broke "
    "off\n"
    "The file names a person a line: user1@forthcoffee.com, directories/…/users/user1, or user1 with --directory.\n"
    "Empty lines and lines that begin with # are skipped. The output has columns for programs: person, name, "
    "password,\n"
    "expire_time, reason, message. The exit code is that of the first refusal, or 0.\n";

struct Flags {
  CLI::Option* file;
  CLI::Option* out;
  CLI::Option* lifetime;
  CLI::Option* request_id;
};

absl::StatusOr<std::vector<std::string>> ReadPeople(const std::string& path) {
  absl::StatusOr<std::string> text = ReadTextFile(path);
  if (!text.ok()) return text.status();
  std::vector<std::string> people;
  for (absl::string_view line : absl::StrSplit(*text, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (!line.empty() && line.front() != '#') people.emplace_back(line);
  }
  if (people.empty()) return UsageError("The file names nobody.", "Write a person a line: user1@forthcoffee.com");
  return people;
}

absl::StatusOr<v1::BatchResetPasswordsRequest> MakeRequest(const Settings& settings, const Flags& flags,
                                                           const std::vector<std::string>& people) {
  v1::BatchResetPasswordsRequest request;
  absl::StatusOr<std::string> parent = DirectoryName(settings.directory);
  if (!parent.ok()) return parent.status();
  request.set_parent(*parent);
  request.set_request_id(ValueOf(flags.request_id));
  absl::Duration lifetime;
  if (flags.lifetime->count() > 0) {
    absl::StatusOr<absl::Duration> span = ParseSpan(ValueOf(flags.lifetime));
    if (!span.ok()) return span.status();
    lifetime = *span;
  }
  for (const std::string& person : people) {
    v1::ResetPasswordRequest& one = *request.add_requests();
    if (IsPrincipalName(person)) {
      one.set_user_principal_name(person);
    } else {
      absl::StatusOr<std::string> name = FullName(v1::FORMAT_USER_NAME, person, settings.directory);
      if (!name.ok()) return name.status();
      one.set_name(*name);
    }
    if (lifetime > absl::ZeroDuration()) {
      *one.mutable_temporary_password_lifetime() =
          TimeUtil::MicrosecondsToDuration(absl::ToInt64Microseconds(lifetime));
    }
  }
  return request;
}

std::string LineOf(const std::string& person, const v1::BatchResetPasswordsResponse& response) {
  const bool done = response.has_reset();
  const std::string until =
      done && response.reset().has_expire_time() ? TimeUtil::ToString(response.reset().expire_time()) : "";
  return CsvLine({person, response.reset().name(), response.reset().generated_password(), until,
                  DetailOf<google::rpc::ErrorInfo>(response.refusal()).reason(), response.refusal().message()});
}

// What became of those who had their turn.
struct Tally {
  std::string Text(size_t total) const {
    return absl::StrCat(done + refused, " of ", total, ": ", done, " reset, ", refused, " refused");
  }

  size_t done = 0, refused = 0;
};

// Where the passwords go: a new file that only its owner reads, or standard output.
class Output {
 public:
  // `path` empty: standard output.
  absl::Status Open(const std::string& path) {
    if (path.empty()) return absl::OkStatus();
    const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
      return UsageError(absl::StrCat("Cannot make the file ", path, "."),
                        "Name a file that does not exist yet, in a folder you may write to.");
    }
    close(fd);
    file_.open(path);
    return absl::OkStatus();
  }
  // False when it cannot be written.
  bool Write(const std::string& text) {
    std::ostream& out = file_.is_open() ? file_ : std::cout;
    out << text << std::flush;
    return static_cast<bool>(out);
  }

 private:
  std::ofstream file_;
};

absl::Status Run(Session* session, const Flags& flags) {
  absl::StatusOr<Settings> settings = session->flags().Resolve();
  if (!settings.ok()) return settings.status();
  absl::StatusOr<std::vector<std::string>> people = ReadPeople(ValueOf(flags.file));
  if (!people.ok()) return people.status();
  absl::StatusOr<v1::BatchResetPasswordsRequest> request = MakeRequest(*settings, flags, *people);
  if (!request.ok()) return request.status();
  absl::StatusOr<client::Client> client = session->Connect(*settings);
  if (!client.ok()) return client.status();
  Output output;
  if (absl::Status opened = output.Open(ValueOf(flags.out)); !opened.ok()) return opened;

  const bool json = session->flags().json();
  bool written = json || output.Write("person,name,password,expire_time,reason,message\n");
  const Progress progress(people->size());
  Tally tally;
  v1::BatchResetPasswordsResponse response;
  const auto each = [&] {
    const auto index = static_cast<size_t>(response.index());
    const std::string person = index < people->size() ? (*people)[index] : "";
    written = written && output.Write(json ? Json(response).value_or("") : LineOf(person, response));
    ++(response.has_reset() ? tally.done : tally.refused);
    progress.Show(tally.done + tally.refused, tally.Text(people->size()));
    if (response.has_refusal() && session->exit_code() == 0) {
      session->ExitWith(ExitCode(absl::Status(static_cast<absl::StatusCode>(response.refusal().code()), "refused")));
    }
    return written;
  };
  absl::Status status =
      session->InvokeStreaming(*client, *client::MethodOf(*request->GetDescriptor()), *request, &response, each);
  progress.End(tally.Text(people->size()));
  return written ? status : absl::UnknownError("Cannot write the output.");
}

}  // namespace

void AddResetPasswords(Session* session) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command =
      session->Command(session->NounOf("user"), "reset-passwords", "give many people new passwords, with progress",
                       kExamples, [session, flags] { return Run(session, *flags); });
  flags->file = AddValue(command, "-f,--file", "FILE", "who: a person a line; - is standard input")->required();
  flags->out = AddValue(command, "--out", "FILE",
                        "write the passwords to this new file, which only you can read (default: standard output)");
  flags->lifetime = AddValue(command, "--lifetime", "SPAN", "how long the passwords work, such as 24h (default) or 7d");
  flags->request_id = AddValue(command, "--request-id", "UUID", "resume the run of this id");
}

}  // namespace hearth::cli

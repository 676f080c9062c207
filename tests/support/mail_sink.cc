#include "tests/support/mail_sink.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

extern char** environ;

namespace hearth::test {
namespace {

namespace fs = std::filesystem;

constexpr absl::Duration kPatience = absl::Seconds(30);

std::string NewFolder() {
  std::string folder = "/tmp/hearth-sink-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no folder for a mail sink");
  return folder;
}

std::string SinkPath() {
  const char* source = std::getenv("HEARTH_SOURCE_DIR");
  return absl::StrCat(source == nullptr ? "." : source, "/tests/support/mail_sink.py");
}

}  // namespace

std::vector<std::string> SunkMail::Header(const std::string& name) const {
  std::vector<std::string> values;
  for (const auto& header : all.at("headers")) {
    if (header.at(0).get<std::string>() == name) values.push_back(header.at(1).get<std::string>());
  }
  return values;
}

MailSink::MailSink(std::vector<std::string> arguments) : arguments_(std::move(arguments)), folder_(NewFolder()) {
  Start();
}

MailSink::~MailSink() {
  Stop();
  fs::remove_all(folder_);
}

void MailSink::Start() {
  int input[2], output[2];
  if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  std::vector<std::string> words = {SinkPath(), folder_, "--port", std::to_string(port_)};
  words.insert(words.end(), arguments_.begin(), arguments_.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input[0], 0);
  posix_spawn_file_actions_adddup2(&actions, output[1], 1);
  const int failed = posix_spawn(&pid_, words[0].c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(input[0]);
  close(output[1]);
  input_ = input[1];
  std::string line;
  for (char c = 0; failed == 0 && read(output[0], &c, 1) == 1 && c != '\n';) line += c;
  close(output[0]);
  if (line.empty()) throw std::runtime_error("the mail sink does not start; is python3-aiosmtpd installed?");
  port_ = std::stoi(line);
}

void MailSink::Stop() {
  if (pid_ < 0) return;
  close(input_);
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::vector<SunkMail> MailSink::Mails() const {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<SunkMail> mails;
  for (const fs::path& file : files) mails.push_back({nlohmann::json::parse(std::ifstream(file))});
  return mails;
}

std::vector<SunkMail> MailSink::WaitFor(size_t count) const {
  const absl::Time deadline = absl::Now() + kPatience;
  while (true) {
    std::vector<SunkMail> mails = Mails();
    if (mails.size() >= count || absl::Now() > deadline) return mails;
    absl::SleepFor(absl::Milliseconds(20));
  }
}

TestCertificate::TestCertificate(const std::string& subject_alternative_name) : folder_(NewFolder()) {
  const std::string command = absl::StrCat(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=sink -addext"
      " subjectAltName=",
      subject_alternative_name, " -keyout ", key(), " -out ", certificate(), " 2>/dev/null");
  if (std::system(command.c_str()) != 0) throw std::runtime_error("openssl makes no certificate");
}

TestCertificate::~TestCertificate() { fs::remove_all(folder_); }

}  // namespace hearth::test

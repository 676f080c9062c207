#include "server/mail/smtp_transport.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "server/mail/smtp_rules.h"

namespace hearth {
namespace {

constexpr absl::Duration kAbortPatience = absl::Seconds(10);  // For a message that is on its way when the server stops.
constexpr long kIdleSeconds = 60;                             // A connection that was idle longer is not used again.

// The URL with the port of submission where none is given (RFC 6409, RFC 8314), and what to call ourselves in EHLO.
std::string UrlOf(const SmtpOptions& options) {
  const bool implicit = absl::StartsWith(options.url, "smtps://");
  const size_t host = options.url.find("://") + 3;
  const size_t bracket = options.url.find(']', host);
  const bool has_port = options.url.find(':', bracket == std::string::npos ? host : bracket) != std::string::npos;
  return absl::StrCat(options.url,
                      has_port   ? ""
                      : implicit ? ":465"
                                 : ":587",
                      "/", options.from.substr(options.from.find('@') + 1));
}

void CheckCurl(CURLcode code) {
  if (code != CURLE_OK) throw std::runtime_error(absl::StrCat("libcurl: ", curl_easy_strerror(code)));
}

template <class Value>
void Set(CURL* curl, CURLoption option, Value value) {
  CheckCurl(curl_easy_setopt(curl, option, value));
}

}  // namespace

// One handle of libcurl, and what is seen of the conversation.
struct SmtpTransport::Session {
  Session(const SmtpOptions& options, const std::atomic<bool>* aborted);
  ~Session() { curl_easy_cleanup(curl); }

  static size_t Read(char* buffer, size_t size, size_t count, void* self);
  static int Watch(CURL*, curl_infotype type, char* data, size_t size, void* self);
  static int Progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
  void Configure(const SmtpOptions& options);
  void Begin(std::string_view message);

  CURL* const curl = curl_easy_init();
  const std::atomic<bool>& aborted;
  std::array<char, CURL_ERROR_SIZE> error{};
  std::string_view rest;  // Of the message.
  Conversation conversation;
  absl::Time aborted_since = absl::InfiniteFuture();
};

SmtpTransport::Session::Session(const SmtpOptions& options, const std::atomic<bool>* aborted) : aborted(*aborted) {
  if (curl == nullptr) throw std::runtime_error("libcurl does not start");
  Configure(options);
}

void SmtpTransport::Session::Configure(const SmtpOptions& options) {
  Set(curl, CURLOPT_URL, UrlOf(options).c_str());
  Set(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  Set(curl, CURLOPT_USE_SSL, static_cast<long>(options.plaintext ? CURLUSESSL_NONE : CURLUSESSL_ALL));
  Set(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  Set(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  Set(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options.ca_file.empty()) {
    Set(curl, CURLOPT_CAINFO, options.ca_file.c_str());
    Set(curl, CURLOPT_CAPATH, static_cast<char*>(nullptr));
  }
  if (!options.user.empty()) {
    Set(curl, CURLOPT_USERNAME, options.user.c_str());
    Set(curl, CURLOPT_PASSWORD, std::string(options.password.Expose()).c_str());
  }
  Set(curl, CURLOPT_PROXY, "");  // Whatever the environment says.
  Set(curl, CURLOPT_NOSIGNAL, 1L);
  Set(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(absl::ToInt64Milliseconds(options.connect_timeout)));
  Set(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(absl::ToInt64Milliseconds(options.timeout)));
  // For one reply; also for that to QUIT, for which libcurl waits beyond the time of the whole mail.
  Set(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT,
      std::max(2L, static_cast<long>(absl::ToInt64Seconds(options.timeout / 2))));
  Set(curl, CURLOPT_MAXAGE_CONN, kIdleSeconds);
  Set(curl, CURLOPT_ERRORBUFFER, error.data());
  Set(curl, CURLOPT_UPLOAD, 1L);
  Set(curl, CURLOPT_READFUNCTION, &Session::Read);
  Set(curl, CURLOPT_READDATA, static_cast<void*>(this));
  Set(curl, CURLOPT_VERBOSE, 1L);
  Set(curl, CURLOPT_DEBUGFUNCTION, &Session::Watch);
  Set(curl, CURLOPT_DEBUGDATA, static_cast<void*>(this));
  Set(curl, CURLOPT_NOPROGRESS, 0L);
  Set(curl, CURLOPT_XFERINFOFUNCTION, &Session::Progress);
  Set(curl, CURLOPT_XFERINFODATA, static_cast<void*>(this));
}

void SmtpTransport::Session::Begin(std::string_view message) {
  rest = message;
  conversation = {};
  error[0] = '\0';
  Set(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(message.size()));
}

size_t SmtpTransport::Session::Read(char* buffer, size_t size, size_t count, void* self) {
  std::string_view& rest = static_cast<Session*>(self)->rest;
  const size_t length = std::min(rest.size(), size * count);
  std::memcpy(buffer, rest.data(), length);
  rest.remove_prefix(length);
  return length;
}

int SmtpTransport::Session::Watch(CURL*, curl_infotype type, char* data, size_t size, void* self) {
  Conversation& conversation = static_cast<Session*>(self)->conversation;
  if (type == CURLINFO_HEADER_OUT) conversation.Sent({data, size});
  if (type == CURLINFO_DATA_OUT) conversation.SentMessage();
  if (type == CURLINFO_HEADER_IN) conversation.Received({data, size});
  return 0;
}

int SmtpTransport::Session::Progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto* session = static_cast<Session*>(self);
  if (!session->aborted) return 0;
  session->aborted_since = std::min(session->aborted_since, absl::Now());
  const bool under_way = session->conversation.stage() == Conversation::kMessage;
  return !under_way || absl::Now() - session->aborted_since > kAbortPatience ? 1 : 0;
}

SmtpTransport::SmtpTransport(SmtpOptions options) : options_(std::move(options)) {
  static std::once_flag once;
  std::call_once(once, [] { CheckCurl(curl_global_init(CURL_GLOBAL_DEFAULT)); });
  session_ = std::make_unique<Session>(options_, &aborted_);
}

SmtpTransport::~SmtpTransport() = default;

Delivery SmtpTransport::Send(const std::string& from, const std::string& to, const std::string& message) {
  if (aborted_) return {Delivery::kNoServer, "hearthd stops"};
  CURL* const curl = session_->curl;
  session_->Begin(message);
  Set(curl, CURLOPT_MAIL_FROM, absl::StrCat("<", from, ">").c_str());
  curl_slist* const recipients = curl_slist_append(nullptr, absl::StrCat("<", to, ">").c_str());
  Set(curl, CURLOPT_MAIL_RCPT, recipients);
  const CURLcode result = curl_easy_perform(curl);
  Set(curl, CURLOPT_MAIL_RCPT, static_cast<curl_slist*>(nullptr));
  curl_slist_free_all(recipients);
  const char* const why = session_->error[0] != '\0' ? session_->error.data() : curl_easy_strerror(result);
  Delivery delivery = Judge(session_->conversation, result == CURLE_OK, why);
  delivery.note = VisibleNote(absl::StrReplaceAll(delivery.note, {{to, "(recipient)"}}));
  return delivery;
}

}  // namespace hearth

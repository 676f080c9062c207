#include "server/authn/https.h"

#include <curl/curl.h>
#include <netdb.h>
#include <sys/socket.h>

#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/authn/public_address.h"

namespace hearth {
namespace {

using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using Headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

constexpr long kConnectMillis = 2000;

absl::Status Failed(absl::string_view why) { return absl::UnavailableError(why); }

// An answer while it comes. More than `most` bytes of body, or of all heads together, those before the last too, end the transfer: libcurl has a limit
// of its own only in some versions.
struct Received {
  std::string body{};
  size_t head = 0;
  const size_t most;
};

size_t Append(const char* data, size_t size, size_t count, void* into) {
  auto& received = *static_cast<Received*>(into);
  if (received.body.size() + size * count > received.most) return 0;
  received.body.append(data, size * count);
  return size * count;
}

size_t CountHead(const char*, size_t size, size_t count, void* into) {
  auto& received = *static_cast<Received*>(into);
  received.head += size * count;
  return received.head > received.most ? 0 : size * count;
}

curl_socket_t OpenPublic(void*, curlsocktype, curl_sockaddr* address) {
  if (!IsPublicAddress(&address->addr)) return CURL_SOCKET_BAD;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

Handle NewHandle() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  return {started == CURLE_OK ? curl_easy_init() : nullptr, &curl_easy_cleanup};
}

void Prepare(CURL* curl, const std::string& uri, const HttpsOptions& options, Received* received) {
  curl_easy_setopt(curl, CURLOPT_URL, uri.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, options.ca_file.c_str());
  if (!options.allow_private) curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &OpenPublic);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, kConnectMillis);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(absl::ToInt64Milliseconds(options.timeout)));
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "hearthd");
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Append);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, received);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &CountHead);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, received);
}

// As CallHttps' library reads it, without brackets and the dot of a full name; empty: there is none.
std::string HostOf(const std::string& uri) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), &curl_url_cleanup);
  char* part = nullptr;
  if (parsed == nullptr || curl_url_set(parsed.get(), CURLUPART_URL, uri.c_str(), 0) != CURLUE_OK ||
      curl_url_get(parsed.get(), CURLUPART_HOST, &part, 0) != CURLUE_OK) {
    return "";
  }
  std::string host = part;
  curl_free(part);
  if (absl::EndsWith(host, ".")) host.pop_back();
  return absl::StartsWith(host, "[") ? host.substr(1, host.size() - 2) : host;
}

absl::Status ToStatus(CURLcode code, size_t most) {
  switch (code) {
    case CURLE_OK:
      return absl::OkStatus();
    case CURLE_WRITE_ERROR:
      return Failed(absl::StrCat("what is there is longer than ", most / 1024, " KiB"));
    case CURLE_PEER_FAILED_VERIFICATION:
      return Failed("the server's certificate is not one of its name and of a trusted authority");
    default:
      return Failed("no answer came from a public address in time");
  }
}

}  // namespace

absl::StatusOr<HttpsAnswer> CallHttps(const std::string& uri, const HttpsOptions& options,
                                      const std::string& content_type, const std::string& body) {
  const Handle curl = NewHandle();
  if (curl == nullptr) return Failed("the server cannot make connections");
  Received received{.most = options.most_bytes};
  Prepare(curl.get(), uri, options, &received);
  Headers headers(options.header.empty() ? nullptr : curl_slist_append(nullptr, options.header.c_str()),
                  &curl_slist_free_all);
  if (!content_type.empty()) {
    headers.reset(curl_slist_append(headers.release(), absl::StrCat("Content-Type: ", content_type).c_str()));
    headers.reset(curl_slist_append(headers.release(), "Accept: application/json"));
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
  }
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  if (const absl::Status status = ToStatus(curl_easy_perform(curl.get()), received.most); !status.ok()) return status;
  HttpsAnswer answer{.body = std::move(received.body)};
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer.status);
  return answer;
}

bool IsPrivateUri(const std::string& uri) {
  const std::string host = HostOf(uri);
  if (absl::EqualsIgnoreCase(host, "localhost") || absl::EndsWithIgnoreCase(host, ".localhost")) return true;
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  addrinfo* address = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &address) != 0) return false;
  const bool is_public = IsPublicAddress(address->ai_addr);
  freeaddrinfo(address);
  return !is_public;
}

}  // namespace hearth

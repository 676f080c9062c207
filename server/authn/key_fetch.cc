#include "server/authn/key_fetch.h"

#include <curl/curl.h>
#include <sys/socket.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "server/authn/jwks.h"
#include "server/authn/public_address.h"

namespace hearth {
namespace {

using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;

constexpr long kConnectMillis = 2000;
constexpr long kOk = 200;

absl::Status Failed(absl::string_view why) { return absl::UnavailableError(why); }

size_t Append(const char* data, size_t size, size_t count, void* body) {
  auto& text = *static_cast<std::string*>(body);
  if (text.size() + size * count > kMaxKeySetBytes) return 0;  // Ends the transfer.
  text.append(data, size * count);
  return size * count;
}

curl_socket_t OpenPublic(void*, curlsocktype, curl_sockaddr* address) {
  if (!IsPublicAddress(&address->addr)) return CURL_SOCKET_BAD;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

Handle NewHandle() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  return {started == CURLE_OK ? curl_easy_init() : nullptr, &curl_easy_cleanup};
}

void Prepare(CURL* curl, const std::string& uri, const KeyFetchOptions& options, std::string* body) {
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
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
}

absl::Status ToStatus(CURLcode code, long answer) {
  switch (code) {
    case CURLE_OK:
      return answer == kOk ? absl::OkStatus() : Failed(absl::StrCat("the server answers with status ", answer));
    case CURLE_WRITE_ERROR:
      return Failed("what is there is longer than 64 KiB");
    case CURLE_PEER_FAILED_VERIFICATION:
      return Failed("the server's certificate is not one of its name and of a trusted authority");
    default:
      return Failed("no answer came from a public address in time");
  }
}

}  // namespace

absl::StatusOr<std::string> FetchKeys(const std::string& uri, const KeyFetchOptions& options) {
  const Handle curl = NewHandle();
  if (curl == nullptr) return Failed("the server cannot make connections");
  std::string body;
  Prepare(curl.get(), uri, options, &body);
  const CURLcode code = curl_easy_perform(curl.get());
  long answer = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer);
  if (const absl::Status status = ToStatus(code, answer); !status.ok()) return status;
  auto keys = UsableKeys(body);
  if (!keys.ok()) return Failed(keys.status().message());
  return keys;
}

}  // namespace hearth

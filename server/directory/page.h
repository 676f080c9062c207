// Pages of lists (AIP-158).
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "server/base/keyring.h"

namespace hearth {

// Which page a list request asks for.
struct Page {
  std::string after;  // The id after which the page begins; empty: the first page.
  int size;           // At most this many: 0 asked is 50, more than 1,000 is 1,000.
};

// Makes and reads page tokens: the last id of a page under a keyed digest that binds it to the caller's
// directory and to the other arguments of the list. A token carries no authority: the list checks its caller
// again. Immutable, so thread-safe.
class Pager {
 public:
  explicit Pager(const Keyring& keyring) : key_(keyring.Derive(keyring.eldest(), "pagetokn")) {}

  // `request` has the fields page_size and page_token. Fails with INVALID_FIELDS for a negative size and with
  // PAGE_TOKEN_INVALID.
  absl::StatusOr<Page> PageOf(const std::string& directory, const google::protobuf::Message& request) const;

  // Ends a page for which one row more than its size was asked: drops that row and returns the token of the page that begins there; empty
  // when it is not there. `id_of` gives a row's id, by which the list is ordered.
  template <class Row, class IdOf>
  std::string Close(const std::string& directory, const google::protobuf::Message& request, const Page& page,
                    std::vector<Row>& rows, const IdOf& id_of) const {
    if (rows.size() <= static_cast<size_t>(page.size)) return "";
    rows.resize(static_cast<size_t>(page.size));
    return NextToken(directory, request, id_of(rows.back()));
  }

  // The token of the page that begins after `last`, the id of the last element of a full page.
  std::string NextToken(const std::string& directory, const google::protobuf::Message& request,
                        const std::string& last) const;

 private:
  std::string Digest(const std::string& directory, const google::protobuf::Message& request,
                     const std::string& last) const;

  Secret key_;
};

}  // namespace hearth

// All that differs between libpqxx 6 (Debian 12) and 7 (Debian 13). Include this instead of <pqxx/pqxx>.
#pragma once

#include <functional>
#include <pqxx/pqxx>
#include <string>
#include <utility>

namespace hearth::pqxx_compat {

#if PQXX_VERSION_MAJOR < 7

// Keeps libpqxx 6 from opening a lost connection again by itself, which would lose the transaction and its
// settings without a word.
inline void NeverReopen(pqxx::connection& connection) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  connection.inhibit_reactivation(true);
#pragma GCC diagnostic pop
}

template <class... Args>
pqxx::result ExecPrepared(pqxx::transaction_base& tx, const char* name, const Args&... args) {
  return tx.exec_prepared(name, args...);
}

// Listens on a channel of the database while it lives, and calls `wake` for each notice, from await_notification.
class Channel : pqxx::notification_receiver {
 public:
  Channel(pqxx::connection& connection, const std::string& name, std::function<void()> wake)
      : pqxx::notification_receiver(connection, name), wake_(std::move(wake)) {}
  void operator()(const std::string&, int) override { wake_(); }

 private:
  const std::function<void()> wake_;
};

#else

inline void NeverReopen(pqxx::connection&) {}

template <class... Args>
pqxx::result ExecPrepared(pqxx::transaction_base& tx, const char* name, const Args&... args) {
  return tx.exec(pqxx::prepped{name}, pqxx::params{args...});
}

class Channel {
 public:
  Channel(pqxx::connection& connection, const std::string& name, std::function<void()> wake) {
    connection.listen(name, [wake = std::move(wake)](const pqxx::notification&) { wake(); });
  }
};

#endif

}  // namespace hearth::pqxx_compat

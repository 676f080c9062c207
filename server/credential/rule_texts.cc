#include "server/credential/rule_texts.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace hearth {
namespace {

// By language, then by rule. The languages are those of mails.
using Texts = std::map<v1::PasswordRule, const char*>;

const std::map<std::string, Texts>& AllTexts() {
  static const auto* const texts = new std::map<std::string, Texts>{
      {"en",
       {{v1::PASSWORD_RULE_EMPTY, "Enter a password."},
        {v1::PASSWORD_RULE_NOT_UTF8, "Use characters that can be read as text."},
        {v1::PASSWORD_RULE_CONTROL_CHARACTER, "Do not use control characters."},
        {v1::PASSWORD_RULE_UNASSIGNED_CHARACTER, "Do not use characters that are not in use yet."},
        {v1::PASSWORD_RULE_INVISIBLE_CHARACTER, "Do not use characters that cannot be seen."},
        {v1::PASSWORD_RULE_DISALLOWED_CHARACTER, "Use letters, digits, spaces and usual symbols."},
        {v1::PASSWORD_RULE_TOO_SHORT, "Use at least {n} characters."},
        {v1::PASSWORD_RULE_TOO_LONG, "Use at most 256 characters."},
        {v1::PASSWORD_RULE_OUTSIDE_ALPHABET, "Use letters from a to z, digits, spaces and symbols without accents."},
        {v1::PASSWORD_RULE_TOO_FEW_CLASSES, "Use three of these: small letters, capitals, digits, symbols."},
        {v1::PASSWORD_RULE_CONTAINS_NAME, "Leave out your name and the name of your organisation."},
        {v1::PASSWORD_RULE_EASILY_GUESSED, "Choose something that is harder to guess."},
        {v1::PASSWORD_RULE_BANNED_TERM, "Leave out words that your administrator has blocked."},
        {v1::PASSWORD_RULE_BREACHED, "Choose a password that has not appeared in a data breach."},
        {v1::PASSWORD_RULE_SAME_AS_CURRENT, "Choose another password than the present one."},
        {v1::PASSWORD_RULE_RECENTLY_USED, "Choose a password that you have not used recently."}}},
      {"de",
       {{v1::PASSWORD_RULE_EMPTY, "Geben Sie ein Passwort ein."},
        {v1::PASSWORD_RULE_NOT_UTF8, "Verwenden Sie Zeichen, die als Text lesbar sind."},
        {v1::PASSWORD_RULE_CONTROL_CHARACTER, "Verwenden Sie keine Steuerzeichen."},
        {v1::PASSWORD_RULE_UNASSIGNED_CHARACTER, "Verwenden Sie keine Zeichen, die noch nicht vergeben sind."},
        {v1::PASSWORD_RULE_INVISIBLE_CHARACTER, "Verwenden Sie keine unsichtbaren Zeichen."},
        {v1::PASSWORD_RULE_DISALLOWED_CHARACTER,
         "Verwenden Sie Buchstaben, Ziffern, Leerzeichen und übliche Sonderzeichen."},
        {v1::PASSWORD_RULE_TOO_SHORT, "Verwenden Sie mindestens {n} Zeichen."},
        {v1::PASSWORD_RULE_TOO_LONG, "Verwenden Sie höchstens 256 Zeichen."},
        {v1::PASSWORD_RULE_OUTSIDE_ALPHABET,
         "Verwenden Sie Buchstaben von a bis z, Ziffern, Leerzeichen und Sonderzeichen, keine Umlaute oder Akzente."},
        {v1::PASSWORD_RULE_TOO_FEW_CLASSES,
         "Verwenden Sie drei davon: Kleinbuchstaben, Großbuchstaben, Ziffern, Sonderzeichen."},
        {v1::PASSWORD_RULE_CONTAINS_NAME, "Lassen Sie Ihren Namen und den Ihrer Organisation weg."},
        {v1::PASSWORD_RULE_EASILY_GUESSED, "Wählen Sie etwas, das schwerer zu erraten ist."},
        {v1::PASSWORD_RULE_BANNED_TERM, "Lassen Sie Wörter weg, die Ihr Administrator gesperrt hat."},
        {v1::PASSWORD_RULE_BREACHED, "Wählen Sie ein Passwort, das in keinem Datenleck aufgetaucht ist."},
        {v1::PASSWORD_RULE_SAME_AS_CURRENT, "Wählen Sie ein anderes Passwort als das jetzige."},
        {v1::PASSWORD_RULE_RECENTLY_USED, "Wählen Sie ein Passwort, das Sie nicht kürzlich verwendet haben."}}},
      {"es",
       {{v1::PASSWORD_RULE_EMPTY, "Escriba una contraseña."},
        {v1::PASSWORD_RULE_NOT_UTF8, "Use caracteres que se puedan leer como texto."},
        {v1::PASSWORD_RULE_CONTROL_CHARACTER, "No use caracteres de control."},
        {v1::PASSWORD_RULE_UNASSIGNED_CHARACTER, "No use caracteres que aún no están asignados."},
        {v1::PASSWORD_RULE_INVISIBLE_CHARACTER, "No use caracteres invisibles."},
        {v1::PASSWORD_RULE_DISALLOWED_CHARACTER, "Use letras, números, espacios y símbolos habituales."},
        {v1::PASSWORD_RULE_TOO_SHORT, "Use al menos {n} caracteres."},
        {v1::PASSWORD_RULE_TOO_LONG, "Use como máximo 256 caracteres."},
        {v1::PASSWORD_RULE_OUTSIDE_ALPHABET, "Use letras de la a a la z sin acentos, números, espacios y símbolos."},
        {v1::PASSWORD_RULE_TOO_FEW_CLASSES, "Use tres de estos tipos: minúsculas, mayúsculas, números, símbolos."},
        {v1::PASSWORD_RULE_CONTAINS_NAME, "No incluya su nombre ni el de su organización."},
        {v1::PASSWORD_RULE_EASILY_GUESSED, "Elija algo más difícil de adivinar."},
        {v1::PASSWORD_RULE_BANNED_TERM, "No incluya palabras que su administrador ha bloqueado."},
        {v1::PASSWORD_RULE_BREACHED, "Elija una contraseña que no haya aparecido en una filtración de datos."},
        {v1::PASSWORD_RULE_SAME_AS_CURRENT, "Elija una contraseña distinta de la actual."},
        {v1::PASSWORD_RULE_RECENTLY_USED, "Elija una contraseña que no haya usado recientemente."}}},
      {"fr",
       {{v1::PASSWORD_RULE_EMPTY, "Saisissez un mot de passe."},
        {v1::PASSWORD_RULE_NOT_UTF8, "Utilisez des caractères lisibles comme du texte."},
        {v1::PASSWORD_RULE_CONTROL_CHARACTER, "N’utilisez pas de caractères de contrôle."},
        {v1::PASSWORD_RULE_UNASSIGNED_CHARACTER, "N’utilisez pas de caractères qui ne sont pas encore attribués."},
        {v1::PASSWORD_RULE_INVISIBLE_CHARACTER, "N’utilisez pas de caractères invisibles."},
        {v1::PASSWORD_RULE_DISALLOWED_CHARACTER,
         "Utilisez des lettres, des chiffres, des espaces et des symboles courants."},
        {v1::PASSWORD_RULE_TOO_SHORT, "Utilisez au moins {n} caractères."},
        {v1::PASSWORD_RULE_TOO_LONG, "Utilisez au plus 256 caractères."},
        {v1::PASSWORD_RULE_OUTSIDE_ALPHABET,
         "Utilisez des lettres de a à z sans accent, des chiffres, des espaces et des symboles."},
        {v1::PASSWORD_RULE_TOO_FEW_CLASSES,
         "Utilisez trois de ces types : minuscules, majuscules, chiffres, symboles."},
        {v1::PASSWORD_RULE_CONTAINS_NAME, "N’y mettez ni votre nom ni celui de votre organisation."},
        {v1::PASSWORD_RULE_EASILY_GUESSED, "Choisissez quelque chose de plus difficile à deviner."},
        {v1::PASSWORD_RULE_BANNED_TERM, "N’utilisez pas les mots que votre administrateur a bloqués."},
        {v1::PASSWORD_RULE_BREACHED, "Choisissez un mot de passe qui n’est apparu dans aucune fuite de données."},
        {v1::PASSWORD_RULE_SAME_AS_CURRENT, "Choisissez un autre mot de passe que l’actuel."},
        {v1::PASSWORD_RULE_RECENTLY_USED, "Choisissez un mot de passe que vous n’avez pas utilisé récemment."}}},
      {"nl",
       {{v1::PASSWORD_RULE_EMPTY, "Vul een wachtwoord in."},
        {v1::PASSWORD_RULE_NOT_UTF8, "Gebruik tekens die als tekst te lezen zijn."},
        {v1::PASSWORD_RULE_CONTROL_CHARACTER, "Gebruik geen besturingstekens."},
        {v1::PASSWORD_RULE_UNASSIGNED_CHARACTER, "Gebruik geen tekens die nog niet in gebruik zijn."},
        {v1::PASSWORD_RULE_INVISIBLE_CHARACTER, "Gebruik geen onzichtbare tekens."},
        {v1::PASSWORD_RULE_DISALLOWED_CHARACTER, "Gebruik letters, cijfers, spaties en gangbare symbolen."},
        {v1::PASSWORD_RULE_TOO_SHORT, "Gebruik minstens {n} tekens."},
        {v1::PASSWORD_RULE_TOO_LONG, "Gebruik hoogstens 256 tekens."},
        {v1::PASSWORD_RULE_OUTSIDE_ALPHABET,
         "Gebruik letters van a tot z zonder accenten, cijfers, spaties en symbolen."},
        {v1::PASSWORD_RULE_TOO_FEW_CLASSES, "Gebruik drie van deze: kleine letters, hoofdletters, cijfers, symbolen."},
        {v1::PASSWORD_RULE_CONTAINS_NAME, "Laat uw naam en die van uw organisatie weg."},
        {v1::PASSWORD_RULE_EASILY_GUESSED, "Kies iets dat moeilijker te raden is."},
        {v1::PASSWORD_RULE_BANNED_TERM, "Laat woorden weg die uw beheerder heeft geblokkeerd."},
        {v1::PASSWORD_RULE_BREACHED, "Kies een wachtwoord dat niet in een datalek is opgedoken."},
        {v1::PASSWORD_RULE_SAME_AS_CURRENT, "Kies een ander wachtwoord dan het huidige."},
        {v1::PASSWORD_RULE_RECENTLY_USED, "Kies een wachtwoord dat u niet onlangs hebt gebruikt."}}},
  };
  return *texts;
}

}  // namespace

std::string RuleText(v1::PasswordRule rule, const std::string& language, int min_length) {
  const auto texts = AllTexts().find(language);
  if (texts == AllTexts().end()) return "";
  const auto text = texts->second.find(rule);
  if (text == texts->second.end()) return "";
  return absl::StrReplaceAll(text->second, {{"{n}", absl::StrCat(min_length)}});
}

}  // namespace hearth

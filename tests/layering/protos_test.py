"""What the protos declare is complete: policies, secrets, forms, error reasons. --update rewrites policy_table.golden and proto/PERMISSIONS.md.

Every rule is tried on a copy of the contract that breaks it, and on the contract itself.
"""

import copy
import difflib
import os
import pathlib
import re
import sys
import unittest

from google.protobuf import descriptor_pb2

import report
from contract import BYTES, STRING, Contract

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("HEARTH_BUILD_DIR", ROOT / "build"))
GOLDEN = pathlib.Path(__file__).with_name("policy_table.golden")
PAGE = ROOT / "proto" / "PERMISSIONS.md"

SECRET_NAME = re.compile(r"(^|_)(password|secret|token|code|pin|otp|private_key)(_|$)")
# Names like a secret's, of things that are none: where a list continues.
NO_SECRETS = {"page_token", "next_page_token", "resume_token"}


def breaks_of_policies(contract):
    wrong = []
    actions = {}
    for service, method, policy in contract.methods():
        name = f"{service}.{method.name}"
        if method.input_type != f".hearth.v1.{method.name}Request" or method.output_type != f".hearth.v1.{method.name}Response":
            wrong.append(f"{name}: takes {method.name}Request and gives {method.name}Response, its own")
        if policy is None:
            wrong.append(f"{name}: no policy")
            continue
        for field in ("access", "idempotency", "work_class"):
            if not getattr(policy, field):
                wrong.append(f"{name}: {field} is unspecified")
        if not 0 < policy.default_deadline.seconds <= policy.max_deadline.seconds:
            wrong.append(f"{name}: needs 0 < default_deadline <= max_deadline")
        if policy.access:
            without = contract.enum_name("Access", policy.access) in ("AUTHENTICATED", "SINGLE_USE_TOKEN", "INVITEE")
            if without == bool(policy.permission):
                wrong.append(f"{name}: a permission, or ACCESS_AUTHENTICATED or ACCESS_SINGLE_USE_TOKEN, or ACCESS_INVITEE")
        if not policy.audit_action:
            wrong.append(f"{name}: no audit_action: nobody would see who was refused")
        if policy.idempotency and contract.enum_name("Idempotency", policy.idempotency) != "READ_ONLY" and policy.audit_refusals_only:
            wrong.append(f"{name}: changes state, and only its refusals are audited")
        if policy.audit_action and not re.fullmatch(r"[a-z_]+\.[a-z_]+", policy.audit_action):
            wrong.append(f"{name}: audit_action is written noun.verb")
        # A batch does, and records, what its single method does, many times.
        single = f"{service}.{method.name.removeprefix('Batch').removesuffix('s')}"
        if policy.audit_action in actions and actions[policy.audit_action] != single:
            wrong.append(f"{name}: audit_action {policy.audit_action} is that of {actions[policy.audit_action]}")
        elif policy.audit_action:
            actions[policy.audit_action] = name
    return wrong


def breaks_of_request_ids(contract):
    """A method that can be asked again takes a request_id, and no other does."""
    wrong = []
    messages = contract.messages()
    for service, method, policy in contract.methods():
        if policy is None or not policy.idempotency:
            continue
        fields = [field for field in messages[method.input_type.lstrip(".")].field if field.name == "request_id"]
        keyed = contract.enum_name("Idempotency", policy.idempotency) == "REQUEST_ID"
        if keyed and (not fields or contract.format_of(fields[0]) != "UUID4"):
            wrong.append(f"{service}.{method.name}: IDEMPOTENCY_REQUEST_ID needs a request_id with FORMAT_UUID4")
        if fields and not keyed:
            wrong.append(f"{service}.{method.name}: has a request_id, but is not IDEMPOTENCY_REQUEST_ID")
    return wrong


def breaks_of_secrets(contract):
    """What is a secret by its name, its form, or the oneof it stands in is marked sensitive."""
    wrong = []
    for name, message in contract.messages().items():
        for field in message.field:
            if field.type not in (STRING, BYTES) or field.name in NO_SECRETS:
                continue
            choice = message.oneof_decl[field.oneof_index].name if field.HasField("oneof_index") else ""
            secret = SECRET_NAME.search(field.name) or SECRET_NAME.search(choice) or contract.format_of(field) == "PASSWORD"
            rules = contract.rules(field)
            if secret and not (rules and rules.sensitive):
                wrong.append(f"{name}.{field.name}: is a secret and not marked sensitive")
    return wrong


def breaks_of_forms(contract):
    """Every string that a caller can send has a form, or a limit of its own: none is left to the default by oversight."""
    wrong = {}
    for path, field in contract.request_fields():
        if field.type != STRING or contract.format_of(field):
            continue
        rules = contract.rules(field)
        if not (rules and rules.max_code_points):
            wrong[path] = f"{path}: a string without format and without max_code_points"
    return list(wrong.values())


def breaks_of_reasons(contract):
    wrong = []
    for name, policy, example in contract.reasons():
        if policy is None:
            wrong.append(f"{name}: has no (reason)")
            continue
        if not policy.status:
            wrong.append(f"{name}: status is OK")
        if not policy.message or not policy.next_step:
            wrong.append(f"{name}: needs a message and a next_step")
        if example is None or example.get("reason") != name or example.get("domain") != "hearth":
            wrong.append(f"{name}: its comment ends in 'Example: ' and the ErrorInfo, with its reason and domain hearth")
            continue
        variables = set(re.findall(r"{(\w+)}", policy.message + policy.next_step))
        missing = variables - set(example.get("metadata", {}))
        if missing:
            wrong.append(f"{name}: the example lacks the metadata {', '.join(sorted(missing))} of its message")
    return wrong


def breaks_of_files(contract):
    """Every proto of the folder is built (proto/CMakeLists.txt names them one by one)."""
    built = {file.name for file in contract.files}
    there = {str(path.relative_to(ROOT / "proto")) for path in (ROOT / "proto" / "hearth").rglob("*.proto")}
    return [f"proto/{name}: not in proto/CMakeLists.txt" for name in sorted(there - built)]


def breaks_of_languages(contract):
    """Every file says where its code lives in Go and Java (AIP-191). Files of google/ agree with the libraries that have them there, or stubs of ours
    would not compile beside those."""
    wrong = []
    for file in contract.files:
        if file.name.startswith("google/protobuf/"):
            continue
        outer = "".join(word.capitalize() for word in pathlib.Path(file.name).stem.split("_")) + "Proto"
        options = file.options
        if not (options.go_package and options.java_package and options.java_multiple_files and options.java_outer_classname == outer):
            wrong.append(f"{file.name}: go_package, java_package, java_multiple_files or java_outer_classname = \"{outer}\" is missing")
    return wrong


HEADINGS = ("method", "access", "permission", "reach", "idempotency", "deadline", "work class", "audit action", "sign-in")


def policy_rows(contract):
    return [(
        f"{service}.{method.name}",
        contract.enum_name("Access", policy.access),
        contract.permission_name(policy.permission),
        "unit" if policy.unit_scoped else "-",
        contract.enum_name("Idempotency", policy.idempotency),
        f"{policy.default_deadline.seconds} s",
        contract.enum_name("WorkClass", policy.work_class).lower(),
        (policy.audit_action or "-") + (" (refusals)" if policy.audit_refusals_only else ""),
        "recent" if policy.recent_sign_in else policy.limited_scope,
    ) for service, method, policy in contract.methods()]


def policy_table(contract):
    rows = [HEADINGS, *policy_rows(contract)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() + "\n" for row in rows)


def permissions_page(contract):
    """proto/PERMISSIONS.md: who may do what, as the contract declares it."""
    def table(headings, rows):
        return "".join("| " + " | ".join(row) + " |\n" for row in (headings, ("---",) * len(headings), *rows))

    permissions = contract.permissions()
    granted = {name: {contract.permission_name(number) for number in grants.permissions} for name, grants in contract.roles()}
    roles = [(grants.display_name, "yes" if grants.unit_assignable else "", *("x" if permission in granted[name] else "" for permission in permissions))
             for name, grants in contract.roles()]
    return PAGE_HEAD + table(HEADINGS, policy_rows(contract)) + ROLES_HEAD + table(("role", "on a unit", *permissions), roles)


PAGE_HEAD = """# Who may do what

Made from the contract by `tests/layering/protos_test.py --update`; a test compares the two. The options in `hearth/v1` say what each word means:
`Access` and `Permission` in `options.proto`, the roles in `role.proto`.

## Methods

`reach` is `unit` where a role on an administrative unit suffices, for what is in that unit. Whom a caller may act on is decided besides by the home
rule and the authority matrix (`server/authz`). `sign-in` is `recent` where a person must have signed in recently, and names the scope with which
a limited token opens the method. `(refusals)` behind an audit action: of what only reads, that a caller was refused for want of authority is recorded.

"""
ROLES_HEAD = """
## Roles

What each role grants in the directory where it is assigned, or on an administrative unit of it. A directory can define more of its own: custom roles,
sets of these permissions without platform.admin. No built-in role grants passwords.verify, passwords.check or resets.request: they are meant for service accounts.

"""


def descriptor_set():
    path = BUILD / "proto" / "hearth.binpb"
    if not path.exists():
        sys.exit(f"{path} is missing; build it with: deploy/build hearth_descriptors")
    return path.read_bytes()


class Repository(unittest.TestCase):
    """The rules hold here."""

    @classmethod
    def setUpClass(cls):
        cls.contract = Contract(descriptor_set())

    def holds(self, rule):
        wrong = rule(self.contract)
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))

    def test_there_is_a_contract_to_judge(self):
        self.assertGreater(len(list(self.contract.methods())), 30)
        self.assertGreater(len(list(self.contract.reasons())), 30)
        self.assertGreater(len(list(self.contract.request_fields())), 100)

    def test_every_method_has_a_complete_policy(self):
        self.holds(breaks_of_policies)

    def test_methods_that_can_be_asked_again_take_a_request_id(self):
        self.holds(breaks_of_request_ids)

    def test_secrets_are_marked(self):
        self.holds(breaks_of_secrets)

    def test_every_string_of_a_request_has_a_form(self):
        self.holds(breaks_of_forms)

    def test_every_reason_says_status_message_and_metadata(self):
        self.holds(breaks_of_reasons)

    def test_every_proto_is_built(self):
        self.holds(breaks_of_files)

    def test_every_file_says_where_its_code_lives(self):
        self.holds(breaks_of_languages)

    def is_reviewed(self, path, now):
        reviewed = path.read_text(encoding="utf-8") if path.exists() else ""
        change = "".join(difflib.unified_diff(reviewed.splitlines(True), now.splitlines(True), "reviewed", "now", n=0))
        self.assertEqual(change, "", f"\n{change}If that is meant: python3 tests/layering/protos_test.py --update")

    def test_the_policy_table_is_the_one_that_was_reviewed(self):
        self.is_reviewed(GOLDEN, policy_table(self.contract))

    def test_the_page_of_permissions_says_what_the_contract_says(self):
        self.is_reviewed(PAGE, permissions_page(self.contract))


class Rules(unittest.TestCase):
    """Every rule notices what it is there for."""

    @classmethod
    def setUpClass(cls):
        cls.files = descriptor_pb2.FileDescriptorSet.FromString(descriptor_set())

    def notices(self, rule, expected, change):
        """Applies `change` to a copy of the contract; the rule then says one thing more, which contains `expected`."""
        broken = copy.deepcopy(self.files)
        change(broken)
        before = rule(Contract(self.files.SerializeToString()))
        after = [wrong for wrong in rule(Contract(broken.SerializeToString())) if wrong not in before]
        self.assertEqual(len(after), 1, after)
        self.assertIn(expected, after[0])

    @staticmethod
    def find(items, name):
        return next(item for item in items if item.name == name)

    def file(self, files, name):
        return self.find(files.file, f"hearth/v1/{name}.proto")

    def method(self, files, name):
        return self.find(self.file(files, "directory_service").service[0].method, name)

    def field(self, files, file, message, field):
        return self.find(self.find(self.file(files, file).message_type, message).field, field)

    def change_policy(self, name, **values):
        """A change of the policy of DirectoryService.`name`; protobuf takes the last value where a field comes twice."""
        def change(files):
            options = self.method(files, name).options
            contract = Contract(self.files.SerializeToString())
            policy = type(contract.option(options, "hearth.v1.policy"))()
            policy.CopyFrom(contract.option(options, "hearth.v1.policy"))
            for key, value in values.items():
                policy.ClearField(key) if value is None else setattr(policy, key, value)
            tag_and_length = b"\xa2\xbb\x18" + bytes([len(policy.SerializeToString())])  # field 50100, of at most 127 bytes
            options.ParseFromString(tag_and_length + policy.SerializeToString())
        return change

    def test_a_method_without_policy(self):
        self.notices(breaks_of_policies, "GetUser: no policy", lambda files: self.method(files, "GetUser").ClearField("options"))

    def test_an_unspecified_access_idempotency_or_work_class(self):
        for field in ("access", "idempotency", "work_class"):
            self.notices(breaks_of_policies, f"GetUser: {field}", self.change_policy("GetUser", **{field: None}))

    def test_a_deadline_that_is_absent_or_beyond_the_longest(self):
        self.notices(breaks_of_policies, "GetUser: needs", self.change_policy("GetUser", default_deadline=None))
        self.notices(breaks_of_policies, "GetUser: needs", self.change_policy("GetUser", max_deadline=None))

    def test_a_method_without_permission(self):
        self.notices(breaks_of_policies, "GetUser: a permission", self.change_policy("GetUser", permission=None))

    def test_a_method_that_is_not_audited(self):
        for method in ("DeleteUser", "GetUser"):
            self.notices(breaks_of_policies, f"{method}: no audit_action", self.change_policy(method, audit_action=None))

    def test_a_change_of_which_only_refusals_are_audited(self):
        self.notices(breaks_of_policies, "DeleteUser: changes", self.change_policy("DeleteUser", audit_refusals_only=True))

    def test_two_methods_with_one_audit_action(self):
        self.notices(breaks_of_policies, "UndeleteUser: audit", self.change_policy("UndeleteUser", audit_action="user.delete"))

    def test_a_borrowed_request(self):
        def change(files):
            self.method(files, "GetUser").input_type = ".hearth.v1.ListUsersRequest"
        self.notices(breaks_of_policies, "GetUser: takes", change)

    def test_a_request_id_that_is_absent_or_of_another_form(self):
        def rename(files):
            self.field(files, "directory_service", "DeleteUserRequest", "request_id").name = "request"
        self.notices(breaks_of_request_ids, "DeleteUser:", rename)
        self.notices(breaks_of_request_ids, "DeleteUser:",
                     lambda files: self.field(files, "directory_service", "DeleteUserRequest", "request_id").ClearField("options"))

    def test_a_request_id_that_promises_too_much(self):
        self.notices(breaks_of_request_ids, "DeleteUser: has", self.change_policy("DeleteUser", idempotency=3))

    def test_a_secret_by_its_name(self):
        self.notices(breaks_of_secrets, "VerifyPasswordRequest.password",
                     lambda files: self.field(files, "credential_service", "VerifyPasswordRequest", "password").ClearField("options"))

    def test_a_secret_by_the_choice_it_stands_in(self):
        self.notices(breaks_of_secrets, "ResetPasswordRequest.given",
                     lambda files: self.field(files, "reset_password_service", "ResetPasswordRequest", "given").ClearField("options"))

    def test_a_string_without_a_form(self):
        self.notices(breaks_of_forms, "ResolveHomeDirectoryRequest.user_principal_name", lambda files: self.field(
            files, "guest_user_service", "ResolveHomeDirectoryRequest", "user_principal_name").ClearField("options"))

    def reason(self, files, name):
        return self.find(self.file(files, "error_reason").enum_type[0].value, f"ERROR_REASON_{name}")

    def test_a_reason_without_policy(self):
        self.notices(breaks_of_reasons, "CONFLICT: has no", lambda files: self.reason(files, "CONFLICT").ClearField("options"))

    def test_a_reason_whose_example_lacks_metadata_or_is_absent(self):
        def edit(old, new):
            def change(files):
                for place in self.file(files, "error_reason").source_code_info.location:
                    place.leading_comments = place.leading_comments.replace(old, new)
            return change
        self.notices(breaks_of_reasons, "NOT_HOME_DIRECTORY: the example", edit('"home_domain"', '"domain"'))
        self.notices(breaks_of_reasons, "NOT_HOME_DIRECTORY: its comment", edit('Example: {"reason": "NOT_HOME', '{"reason": "NOT_HOME'))

    def test_a_file_whose_java_code_would_be_elsewhere(self):
        self.notices(breaks_of_languages, "ErrorDetailsProto", lambda files: self.find(files.file, "google/rpc/error_details.proto").options.ClearField("java_outer_classname"))

    def test_a_change_of_authority_shows_in_the_table(self):
        broken = copy.deepcopy(self.files)
        self.change_policy("GetUser", access=3)(broken)
        self.assertNotEqual(policy_table(Contract(broken.SerializeToString())), policy_table(Contract(self.files.SerializeToString())))


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        described = Contract(descriptor_set())
        GOLDEN.write_text(policy_table(described), encoding="utf-8")
        PAGE.write_text(permissions_page(described), encoding="utf-8")
        sys.exit(0)
    report.main()

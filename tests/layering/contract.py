"""The descriptor set of the contract, with our options readable: methods, fields and reasons as protos_test.py asks for them."""

import json
import re

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

PACKAGE = "hearth.v1"
STRING, BYTES, MESSAGE, ENUM = (getattr(descriptor_pb2.FieldDescriptorProto, f"TYPE_{kind}") for kind in ("STRING", "BYTES", "MESSAGE", "ENUM"))


class Contract:
    """A descriptor set, as protoc --include_imports --include_source_info writes it."""

    def __init__(self, serialized):
        self.files = descriptor_pb2.FileDescriptorSet.FromString(serialized).file
        # A pool of its own: the options are read by the very protos in the set, not by what this machine has generated.
        self._pool = descriptor_pool.DescriptorPool()
        for file in self.files:
            self._pool.AddSerializedFile(file.SerializeToString())
        names = [file.name for file in self.files]
        if hasattr(message_factory, "GetMessageClassesForFiles"):
            self._classes = message_factory.GetMessageClassesForFiles(names, self._pool)
        else:  # before protobuf 4.22
            self._classes = message_factory.MessageFactory(self._pool).GetMessages(names)
        self.own = sorted((file for file in self.files if file.package == PACKAGE), key=lambda file: file.name)

    def option(self, options, extension):
        """Our extension, such as hearth.v1.policy, of any options; None where it is absent."""
        known = self._classes[options.DESCRIPTOR.full_name].FromString(options.SerializeToString())
        for present, value in known.ListFields():
            if present.full_name == extension:
                return value
        return None

    def enum_name(self, enum, number):
        """READ_ONLY for number 1 of hearth.v1.Idempotency: the value's name without the enum's."""
        value = self._pool.FindEnumTypeByName(f"{PACKAGE}.{enum}").values_by_number[number].name
        return value.removeprefix(re.sub(r"(?<!^)(?=[A-Z])", "_", enum).upper() + "_")

    def methods(self):
        """(service, method, policy or None) of every method, in the order of files and lines."""
        for file in self.own:
            for service in file.service:
                for method in service.method:
                    yield service.name, method, self.option(method.options, f"{PACKAGE}.policy")

    def messages(self):
        """Every message of the package by its full name, nested ones too."""
        found = {}

        def add(prefix, message):
            found[f"{prefix}.{message.name}"] = message
            for nested in message.nested_type:
                add(f"{prefix}.{message.name}", nested)

        for file in self.own:
            for message in file.message_type:
                add(PACKAGE, message)
        return found

    def rules(self, field):
        return self.option(field.options, f"{PACKAGE}.rules")

    def format_of(self, field):
        """DISPLAY_NAME for a field with that form; None for the default."""
        rules = self.rules(field)
        return self.enum_name("Format", rules.format) if rules and rules.format else None

    def is_output_only(self, field):
        behaviors = self.option(field.options, "google.api.field_behavior") or ()
        enum = self._pool.FindEnumTypeByName("google.api.FieldBehavior")
        return any(enum.values_by_number[behavior].name == "OUTPUT_ONLY" for behavior in behaviors)

    def request_fields(self):
        """("CreateUserRequest.user.mail", field) of every field that a caller can set, through messages of the package."""
        messages = self.messages()

        def walk(path, message, above):
            for field in message.field:
                if self.is_output_only(field):
                    continue
                yield f"{path}.{field.name}", field
                inner = field.type_name.lstrip(".")
                if field.type == MESSAGE and inner in messages and inner not in above:
                    yield from walk(f"{path}.{field.name}", messages[inner], above | {inner})

        for _, method, _ in self.methods():
            name = method.input_type.lstrip(".")
            yield from walk(messages[name].name, messages[name], {name})

    def roles(self):
        """(name without ROLE_, RoleGrants) of every role but the first."""
        for file in self.own:
            for enum in file.enum_type:
                if enum.name == "Role":
                    for value in enum.value[1:]:
                        yield value.name.removeprefix("ROLE_"), self.option(value.options, f"{PACKAGE}.role")

    def permission_name(self, number):
        """users.read for PERMISSION_USERS_READ; - for none."""
        return self.enum_name("Permission", number).lower().replace("_", ".", 1) if number else "-"

    def permissions(self):
        """The names of all permissions, in the order of their numbers."""
        numbers = self._pool.FindEnumTypeByName(f"{PACKAGE}.Permission").values_by_number
        return [self.permission_name(number) for number in sorted(numbers) if number]

    def reasons(self):
        """(name without ERROR_REASON_, ReasonPolicy or None, example ErrorInfo or None) of every reason but the first."""
        for file in self.own:
            for position, enum in enumerate(file.enum_type):
                if enum.name != "ErrorReason":
                    continue
                comments = {tuple(place.path): place.leading_comments for place in file.source_code_info.location}
                for index, value in enumerate(enum.value):
                    if value.number == 0:
                        continue
                    example = re.search(r"^ Example: (.*)$", comments.get((5, position, 2, index), ""), re.MULTILINE)
                    yield (
                        value.name.removeprefix("ERROR_REASON_"),
                        self.option(value.options, f"{PACKAGE}.reason"),
                        json.loads(example[1]) if example else None,
                    )

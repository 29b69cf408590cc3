"""TimescaleDB's host in the templates: it boots in its subnet, nothing waits for itself, another takes its place."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from cdk_app.stages import STAGES
from stacks.constructs.timescale.host_measures import MEASURES
from stacks.hosts.user_data import fill
from tests.infra.kept import made_by
from tests.infra.templates import Json, Resource, Stage, listed, text

pytestmark = pytest.mark.infra
SERVERS = {"dev": ("t4g.medium", 20), "staging": ("t4g.medium", 50), "prod": ("r6g.large", 400)}
# AWS refuses a second instance with either, and a replacement is made before what it replaces goes.
EXCLUSIVE = ("AWS::EC2::NetworkInterface", "AWS::EC2::Volume")


def instance(stage: Stage) -> Resource:
    return stage.only("AWS::EC2::Instance", "timeseries")


def filled(value: Any) -> str:
    """A template's text with a word for what is known at deploy alone."""
    match value:
        case {"Fn::Join": [str() as separator, list() as parts]}:
            return separator.join(filled(part) for part in parts)
        case {"Fn::Sub": str() as known}:
            return known
        case str():
            return value
        case _:
            return f"<{re.sub(r'[^A-Za-z0-9]', '', json.dumps(value))}>"


def test_it_has_a_home_of_its_own_not_on_rds(stage: Stage) -> None:
    kind, size = SERVERS[stage.name]
    assert instance(stage).properties["InstanceType"] == kind
    volume = stage.only("AWS::EC2::Volume", "timeseries")
    assert (volume.properties["Size"], volume.properties["VolumeType"]) == (size, "gp3")
    assert volume.properties["Encrypted"] is True
    assert volume.body["DeletionPolicy"] == {"dev": "Delete", "staging": "Snapshot", "prod": "Retain"}[stage.name]
    assert not any("timescale" in text(r.properties).lower() for r in stage.resources("AWS::RDS::DBInstance"))


def test_it_asks_for_tokens_and_moves_to_sound_hardware(stage: Stage) -> None:
    options = instance(stage).properties["MetadataOptions"]
    assert (options["HttpTokens"], options["HttpPutResponseHopLimit"]) == ("required", 1)
    alarm = stage.only("AWS::CloudWatch::Alarm", "timeseries").properties
    assert "ec2:recover" in text(alarm["AlarmActions"])
    assert not list(stage.every("AWS::EC2::LaunchTemplate", "timeseries"))


def test_it_reaches_s3_by_the_gateway_of_its_own_subnet(stage: Stage) -> None:
    """Packages, layers of images, backups and the signal are S3's: a route, and a rule that lets it out."""
    address = stage.only("AWS::EC2::NetworkInterface", "timeseries").properties
    subnet = next(s for s in stage.resources("AWS::EC2::Subnet") if s.name in text(address["SubnetId"]))
    (association,) = [
        a.properties
        for a in stage.resources("AWS::EC2::SubnetRouteTableAssociation")
        if a.properties["SubnetId"]["Ref"] == subnet.name
    ]
    gateways = [
        endpoint.properties
        for endpoint in stage.resources("AWS::EC2::VPCEndpoint")
        if (
            endpoint.properties.get("VpcEndpointType") == "Gateway"
            and text(endpoint.properties["ServiceName"])[-4:] == '.s3"'
        )
        or ".s3" in text(endpoint.properties["ServiceName"])
    ]
    assert any(association["RouteTableId"] in gateway["RouteTableIds"] for gateway in gateways)
    group = next(g for g in stage.resources("AWS::EC2::SecurityGroup") if "GroupsTimeseries" in g.name)
    assert [(rule["CidrIp"], rule["FromPort"]) for rule in group.properties["SecurityGroupEgress"]] == [
        ("0.0.0.0/0", 443)
    ]
    assert "GroupsTimeseries" in text(address["GroupSet"])


def needs(stage: Stage) -> dict[str, set[str]]:
    """What must be there before a resource is made, by references and `DependsOn`."""
    template = stage.stacks["timeseries"]["Resources"]

    def named(value: Any) -> set[str]:
        match value:
            case {"Ref": str() as name} | {"Fn::GetAtt": [str() as name, *_]}:
                return {name}
            case dict():
                return set().union(*(named(each) for each in value.values()), set())
            case list():
                return set().union(*(named(each) for each in value), set())
            case _:
                return set()

    return {
        name: (named(body.get("Properties", {})) | set(listed(body.get("DependsOn", [])))) & template.keys()
        for name, body in template.items()
    }


def test_nothing_waits_for_itself_and_the_stack_for_the_signal_after_the_attachment(stage: Stage) -> None:
    """An instance's own CreationPolicy would wait for a volume that is attached when the instance is there."""
    known, before = needs(stage), set()
    while ready := {name for name, wanted in known.items() if name not in before and wanted <= before}:
        before |= ready
    assert before == set(known)
    assert not [r.name for r in stage.every(stack="timeseries") if "CreationPolicy" in r.body]
    condition = stage.only("AWS::CloudFormation::WaitCondition", "timeseries")
    attachment = stage.only("AWS::EC2::VolumeAttachment", "timeseries")
    assert attachment.name in known[condition.name]
    handle = stage.only("AWS::CloudFormation::WaitConditionHandle", "timeseries").name
    assert handle in known[instance(stage).name]
    assert known[handle] == set()


def test_its_rights_are_there_before_it_boots(stage: Stage) -> None:
    role = next(r for r in stage.resources("AWS::IAM::Role", "timeseries") if "ec2" in text(r.properties))
    found = stage.resources("AWS::IAM::Policy", "timeseries")
    policies = [policy.name for policy in found if role.name in text(policy.properties["Roles"])]
    assert len(policies) == 3
    assert set(policies) <= set(listed(instance(stage).body["DependsOn"]))


def test_its_script_is_the_one_that_the_tests_boot(stage: Stage) -> None:
    """tests/integration/timescale_host runs `fill(…)`: the template's text is that, with every name filled in."""
    whole = filled(instance(stage).properties["UserData"]["Fn::Base64"])
    assert len(whole) < 12_000, "EC2 takes 16 KiB of user data"
    assert "cloud_final_modules:\n- [scripts-user, always]" in whole
    script = whole.partition("text/x-shellscript\n\n")[2].partition("\n--+AWS")[0]
    lines = script.partition("<<'EOF'\n")[2].partition("\nEOF\n")[0].splitlines()
    values = dict(line.split("=", 1) for line in lines)
    files, signal = re.search(r"^FILES='(.*)'$", script, re.MULTILINE), re.search(r"--data-binary @- '(.*)'", script)
    assert files
    assert signal
    assert script.strip() == fill(values, files=files[1], region="us-east-1", signal=signal[1]).strip()
    assert set(values) == {
        "IMAGE", "REGION", "LOG_GROUP", "PORT", "BOUNCER_PORT", "MAX_CONNECTIONS", "LIBRARIES", "DEVICE", "BUCKET",
        "ADMIN_SECRET", "BACKUP_DAYS", "PREPARED_STATEMENTS",
    }  # fmt: skip


def test_its_machine_image_is_looked_up_once(stage: Stage) -> None:
    pinned = stage.only("Custom::PinnedImage", "timeseries")
    assert instance(stage).properties["ImageId"] == {"Fn::GetAtt": [pinned.name, "ImageId"]}
    assert pinned.properties["Renewed"] == STAGES[stage.name].timescale.renewed  # type: ignore[union-attr]
    parameters = stage.stacks["timeseries"].get("Parameters", {}).values()
    assert not [each for each in parameters if "EC2::Image" in text(each)]


def test_what_others_are_told_outlives_the_instance(stage: Stage) -> None:
    """An exported value that changes, or goes, while another stack imports it stops the deployment."""
    exported = text(stage.stacks["timeseries"]["Outputs"]) + text(
        [r.properties for r in stage.resources("AWS::SecretsManager::Secret", "timeseries")]
    )
    hosts = text(stage.stacks["timeseries"]["Outputs"].get("HostInstance"))
    assert instance(stage).name not in exported.replace(hosts, "")
    assert "PrimaryPrivateIpAddress" in exported


def test_every_figure_of_the_host_is_a_metric(stage: Stage) -> None:
    filters = [f.properties for f in stage.resources("AWS::Logs::MetricFilter", "timeseries")]
    found = {(f["FilterPattern"], f["MetricTransformations"][0]["MetricName"]) for f in filters}
    assert found == {(f"{{ $.host.{each.key} = * }}", each.name) for each in MEASURES}


@pytest.mark.parametrize("part", ["TimeseriesDown", "TimeseriesBackup"])
def test_a_host_that_says_nothing_is_an_alarm(stage: Stage, part: str) -> None:
    (alarm,) = [
        a.properties
        for a in stage.resources("AWS::CloudWatch::Alarm", "observability")
        if re.search(f"{part}[0-9A-F]{{8}}$", a.name)
    ]
    assert alarm["TreatMissingData"] == "breaching"


def test_in_a_lent_network_it_stands_where_there_is_a_way_out(variants: dict[str, Json]) -> None:
    """No endpoint of ours is in a lent VPC, and its isolated subnets lead nowhere."""
    resources = variants["lent"]["Resources"].values()
    (address,) = [r for r in resources if r["Type"] == "AWS::EC2::NetworkInterface"]
    assert address["Properties"]["SubnetId"] == "subnet-0aaaaaaaaaaaaaaaa"


def test_another_instance_takes_its_place_in_two_steps(variants: dict[str, Json]) -> None:
    """Away with it, then another: at no moment two that want the one address and the one volume."""
    before, without, after = (variants[name]["Resources"] for name in ("before", "without", "after"))
    gone = {body["Type"] for name, body in before.items() if name not in without}
    assert {"AWS::EC2::Instance", "AWS::EC2::VolumeAttachment", "AWS::CloudFormation::WaitCondition"} <= gone
    assert gone.isdisjoint({*EXCLUSIVE, "AWS::S3::Bucket", "AWS::SecretsManager::Secret", "AWS::Logs::LogGroup"})
    for name, body in without.items():
        assert body == before[name] == after[name] or body["Type"] == "Custom::PinnedImage", name
    told = [variants[which]["Outputs"].values() for which in ("before", "without")]
    exported = [{output["Export"]["Name"] for output in outputs if "Export" in output} for outputs in told]
    assert exported[0] == exported[1]


def test_a_changed_setting_or_image_waits_for_a_signal_of_its_own(variants: dict[str, Json], prod: Stage) -> None:
    templates = [*(variants[which] for which in ("before", "after", "larger")), prod.stacks["timeseries"]]
    names = [{n for n, body in each["Resources"].items() if "WaitCondition" in body["Type"]} for each in templates]
    assert len(names[0]) == 2
    assert names[0] == names[3]  # the same is not restarted
    assert names[0].isdisjoint(names[1])
    assert names[0].isdisjoint(names[2])


@pytest.fixture(scope="module")
def variants() -> dict[str, Json]:
    folder = made_by("tests.infra.timescale_variants", "variants")
    return {path.stem: json.loads(path.read_text()) for path in folder.glob("*.json")}

"""An event is there exactly where its run is, is taken by one sender at a time, and comes again until it has arrived."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from fenji.domain.events import DeliveryState, DisabledReason, Event, EventKind, WebhookState, event_id_of, run_subject
from fenji.domain.principals import Principal, PrincipalKind
from fenji.domain.runs import NewRun
from fenji.errors import NotFound
from fenji.language import Language
from fenji.state.sending.deliveries import DELAYS, LEASE, NewDelivery

SYSTEM = Principal(PrincipalKind.SYSTEM, "test")
NEW = NewRun("run", "duckdb", Language.EN)


class Fixed:
    def __init__(self):
        self.now = datetime(2026, 2, 3, 5, 6, 7, tzinfo=UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Fixed()


def events_of(database):
    with database.reading() as t:
        return [(each.kind, each.run_id, each.data.get("failure")) for each in t.sending.outbox.not_spread(limit=100)]


def deliveries_of(database):
    with database.reading() as t:
        return t.sending.deliveries.newest(limit=100)


def add(database, *names, target="webhook:a"):
    with database.transaction(SYSTEM) as t:
        now = t.clock()
        events = [Event(event_id_of(name, "s", EventKind.RUN_FAILED), EventKind.RUN_FAILED, name, "s", now) for name in names]
        t.sending.outbox.add(events, are_spread=True)
        t.sending.deliveries.add(NewDelivery(target, each.event_id, each.kind, now) for each in events)


def claim(database, *, limit=10, target="webhook:a"):
    with database.transaction(SYSTEM) as t:
        lease, found = t.sending.deliveries.claim(target, limit=limit)
    return lease, [each.delivery_id for each in found]


def test_a_published_run_has_its_event_and_a_running_one_has_none(database, runs):
    run = runs.start(NEW)
    assert events_of(database) == []
    runs.publish(run.run_id, [])
    assert events_of(database) == [(EventKind.RUN_PUBLISHED, run.run_id, None)]
    with database.reading() as t:
        (event,) = t.sending.outbox.not_spread(limit=1)
        assert event.event_id == event_id_of(run.run_id, run_subject(run.run_id), EventKind.RUN_PUBLISHED)
        assert (event.data["command"], event.data["version"]) == ("run", t.runs.published(run.run_id).published_number)
        assert event.data["version"] is not None


def test_a_transaction_that_does_not_publish_leaves_no_event(database, runs):
    run = runs.start(NEW)
    with pytest.raises(ZeroDivisionError), database.transaction(SYSTEM) as t:
        t.sending.outbox.add_run(run.run_id, EventKind.RUN_PUBLISHED, {})
        raise ZeroDivisionError
    assert events_of(database) == []


def test_a_run_that_fails_and_one_that_was_killed_have_their_events(database, runs, clock):
    failed = runs.start(NEW)
    runs.fail(failed.run_id, "disk_full")
    runs.fail(failed.run_id, "disk_full")
    killed = runs.start(NEW)
    with database.transaction(SYSTEM) as t:
        t.session.execute(text("UPDATE run SET pid = 999999999 WHERE status = 'running'"))
    clock.now += timedelta(days=1)
    runs.start(NEW)
    found = [(EventKind.RUN_FAILED, failed.run_id, "disk_full"), (EventKind.RUN_FAILED, killed.run_id, "killed")]
    assert events_of(database) == found


def test_what_one_sender_has_taken_nobody_else_takes_until_the_lease_runs_out(database, clock):
    add(database, "r1", "r2", "r3")
    lease, first = claim(database, limit=2)
    _other, second = claim(database)
    assert (len(first), len(second), set(first) & set(second)) == (2, 1, set())
    assert claim(database)[1] == []
    clock.now += LEASE + timedelta(seconds=1)
    newer, again = claim(database)
    assert set(again) == {*first, *second}
    with database.transaction(SYSTEM) as t:
        t.sending.deliveries.note_failed(lease, first, "timeout")  # the one whose lease has run out says so too late
    assert {each.last_status for each in deliveries_of(database)} == {None}
    with database.transaction(SYSTEM) as t:
        t.sending.deliveries.note_delivered(newer, again, "204")
    assert {each.state for each in deliveries_of(database)} == {DeliveryState.DELIVERED}


def test_an_arrival_counts_though_the_lease_has_run_out(database, clock):
    add(database, "r1")
    lease, ids = claim(database)
    clock.now += LEASE + timedelta(seconds=1)
    claim(database)
    with database.transaction(SYSTEM) as t:
        t.sending.deliveries.note_delivered(lease, ids, "204")
    clock.now += LEASE + timedelta(seconds=1)
    assert claim(database)[1] == []


def test_retries_come_after_the_delays_of_the_design_and_end(database, clock):
    add(database, "r1")
    seconds = []
    while True:
        lease, ids = claim(database)
        with database.transaction(SYSTEM) as t:
            t.sending.deliveries.note_failed(lease, ids, "503")
        (found,) = deliveries_of(database)
        if found.state is DeliveryState.GIVEN_UP:
            break
        assert claim(database)[1] == []
        seconds.append((found.next_at - clock.now) / DELAYS[len(seconds)])
        clock.now = found.next_at
    assert [int(each.total_seconds()) for each in DELAYS] == [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    assert (found.attempts, len(seconds)) == (10, 9)
    assert all(1 <= each <= 1.2 for each in seconds)
    assert len({round(each, 6) for each in seconds}) > 1


def test_a_receiver_that_asks_to_wait_loses_no_attempt(database, clock):
    add(database, "r1")
    lease, ids = claim(database)
    with database.transaction(SYSTEM) as t:
        t.sending.deliveries.note_failed(lease, ids, "429", wait=timedelta(seconds=90))
    (found,) = deliveries_of(database)
    assert (found.attempts, found.next_at - clock.now) == (0, timedelta(seconds=90))


@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(days=400)])
def test_a_clock_that_is_set_back_or_ahead_keeps_nothing_waiting(database, clock, jump):
    add(database, "r1", "r2")
    lease, ids = claim(database, limit=1)
    with database.transaction(SYSTEM) as t:
        t.sending.deliveries.note_failed(lease, ids, "503")
    claim(database, limit=1)
    clock.now += jump
    clock.now += timedelta(seconds=1)
    assert len(claim(database)[1]) == 2


def test_the_same_delivery_is_asked_for_twice_and_stands_once(database):
    add(database, "r1")
    add(database, "r1")
    assert len(deliveries_of(database)) == 1


def test_events_are_replayed_under_their_ids(database):
    add(database, "r1", "r2")
    lease, ids = claim(database)
    with database.transaction(SYSTEM) as t:
        t.sending.deliveries.note_delivered(lease, ids, "204")
        event_id = event_id_of("r1", "s", EventKind.RUN_FAILED)
        assert t.sending.deliveries.replay("webhook:a", [event_id]) == 1
        assert t.sending.deliveries.replay("webhook:other", [event_id]) == 0
    again = claim(database)[1]
    assert len(again) == 1
    assert again[0] in ids


@pytest.fixture
def webhook(database):
    with database.transaction(SYSTEM) as t:
        return t.sending.webhooks.add("https://crm.example/", [EventKind.RUN_FAILED], lambda _id: "0" * 16).webhook_id


def fail(database, webhook_id, *, is_gone=False):
    with database.transaction(SYSTEM) as t:
        return t.sending.webhooks.note_failure(webhook_id, is_gone=is_gone)


def test_five_days_of_failure_disable_and_an_arrival_begins_anew(database, clock, webhook):
    for _ in range(10):
        assert fail(database, webhook) is None
    clock.now += timedelta(days=4)
    with database.transaction(SYSTEM) as t:
        t.sending.webhooks.note_success(webhook)
    for _ in range(5):
        assert fail(database, webhook) is None
        clock.now += timedelta(days=1)
    assert fail(database, webhook) is DisabledReason.FAILING
    assert fail(database, webhook) is None
    with database.transaction(SYSTEM) as t:
        assert t.sending.webhooks.active() == ()
        assert t.sending.webhooks.enable(webhook).state is WebhookState.ACTIVE


def test_gone_disables_at_once(database, webhook):
    assert fail(database, webhook, is_gone=True) is DisabledReason.GONE


def test_a_clock_that_jumps_ahead_by_a_week_disables_nobody(database, clock, webhook):
    fail(database, webhook)
    clock.now += timedelta(days=7)
    assert fail(database, webhook) is None
    clock.now -= timedelta(days=30)
    assert fail(database, webhook) is None


def test_a_removed_webhook_takes_what_waits_with_it_and_an_unknown_one_is_named(database, webhook):
    add(database, "r1", target=f"webhook:{webhook}")
    with database.transaction(SYSTEM) as t:
        t.sending.webhooks.remove(webhook)
    assert deliveries_of(database) == ()
    with pytest.raises(NotFound), database.transaction(SYSTEM) as t:
        t.sending.webhooks.find(webhook)


def test_old_events_go_whether_they_arrived_or_not(database, clock):
    add(database, "sent", "waiting")
    lease, ids = claim(database, limit=1)
    with database.transaction(SYSTEM) as t:
        t.sending.deliveries.note_delivered(lease, ids, "204")
    clock.now += timedelta(days=29)
    add(database, "new")
    with database.transaction(SYSTEM) as t:
        assert t.sending.outbox.forget(older_than=timedelta(days=30)) == 0
    clock.now += timedelta(days=2)
    with database.transaction(SYSTEM) as t:
        assert t.sending.outbox.forget(older_than=timedelta(days=30)) == 2
    (left,) = deliveries_of(database)
    assert left.event_id == event_id_of("new", "s", EventKind.RUN_FAILED)


def test_senders_who_work_side_by_side_take_nothing_twice(database):
    add(database, *(f"r{number}" for number in range(40)))
    taken = []

    def take():
        while ids := claim(database, limit=3)[1]:
            taken.extend(ids)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (len(taken), len(set(taken))) == (40, 40)


def test_a_derivation_is_moved_by_one_worker_only(database):
    with database.transaction(SYSTEM) as t:
        t.sending.outbox.begin_derivation("r2", "r1")
        t.sending.outbox.begin_derivation("r2", "r1")
    with database.reading() as t:
        (found,) = t.sending.outbox.open_derivations()
    with database.transaction(SYSTEM) as t:
        assert t.sending.outbox.move_derivation(found, after_key=9)
        assert not t.sending.outbox.move_derivation(found, after_key=9)
        assert not t.sending.outbox.end_derivation(found, "done")
        (moved,) = t.sending.outbox.open_derivations()
        assert t.sending.outbox.end_derivation(moved, "done")
        assert t.sending.outbox.open_derivations() == ()


def test_messages_of_a_channel_are_counted_not_lines(database, clock):
    add(database, "r1", "r2", "r3", target="channel:sales")
    lease, ids = claim(database, limit=2, target="channel:sales")
    with database.transaction(SYSTEM) as t:
        assert t.sending.deliveries.messages_since("channel:sales", clock.now - timedelta(minutes=1)) == 1  # it is being sent
        t.sending.deliveries.note_delivered(lease, ids, "wecom_0")
        assert t.sending.deliveries.messages_since("channel:sales", clock.now - timedelta(minutes=1)) == 1
        assert t.sending.deliveries.messages_since("channel:other", clock.now - timedelta(minutes=1)) == 0
    clock.now += timedelta(minutes=2)
    with database.reading() as t:
        assert t.sending.deliveries.messages_since("channel:sales", clock.now - timedelta(minutes=1)) == 0

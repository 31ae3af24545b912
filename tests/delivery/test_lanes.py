"""Lanes, leases and fences: who may send what, and what is believed of whom. On both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from bot import lanes, outbox, removals
from bot.errands import Manners, Terms
from bot.messages import Address
from bot.restore import look_up_first
from bot.settling import NOBODY_KNOWS
from bot.store import Store, tables
from tests.delivery.hands import NOW, TERMS, Hands, back, intent, keys, people, sent, states


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    store = Store(database)
    with store.begin() as tx:
        people(tx, "renata", "kwame")
        people(tx, "aroha", workspace="other")
    yield store
    store.close()


def plan(store: Store, *who: str, kind: str = "prompt", count: int = 1) -> None:
    with store.begin() as tx:
        outbox.put(tx, [intent(one, kind, number=number) for one in who for number in range(count)])


def row(store: Store, who: str = "renata", kind: str = "prompt") -> tuple[str, str | None]:
    with store.begin() as tx:
        one = tx.execute(
            select(tables.outbox).where(tables.outbox.c.recipient == who, tables.outbox.c.kind == kind)
        ).one()
        return one.state, one.reason


# --- leases and fences -----------------------------------------------------------------------------


def test_a_lane_in_somebodys_hands_is_left_to_them(store: Store) -> None:
    """While the lease runs nobody else takes anything of that lane, and other lanes are free."""
    plan(store, "renata", "kwame")
    one, two = Hands(store, "one", terms=Terms(most=1)), Hands(store, "two")
    assert len(one.turn()) == 1
    assert two.turn() == []
    plan(store, "aroha")
    assert keys(two.turn()) == [("aroha", "prompt")]


def test_a_holder_who_is_alive_keeps_the_lane_past_its_first_lease(store: Store) -> None:
    """Every turn renews it."""
    plan(store, "renata")
    one, two = Hands(store, "one"), Hands(store, "two")
    one.turn()
    for _ in range(5):
        one.turn(later=40)
        two.at = one.at
        assert two.turn() == []
    with store.begin() as tx:
        assert states(tx) == {"renata prompt": outbox.SENDING}


def test_what_a_dead_holder_was_sending_is_looked_for_and_not_sent(store: Store) -> None:
    """Its lane is free when the lease ends; its message is looked for after the wait."""
    plan(store, "renata")
    Hands(store, "one").turn()
    two = Hands(store, "two")
    assert two.turn(later=TERMS.lease - 1) == []
    assert two.turn(later=2) == []
    assert row(store)[0] == outbox.UNKNOWN
    assert two.turn(later=TERMS.look_after - 1) == []
    (errand,) = two.turn(later=1)
    assert errand.look


def test_a_look_that_takes_long_is_not_begun_a_second_time(store: Store) -> None:
    """Its holder stood still; the answer to a second look would put back what the first one had sent on its way."""
    plan(store, "renata")
    Hands(store, "one").turn()
    two = Hands(store, "two")
    two.turn(later=TERMS.lease)
    (look,) = two.turn(later=TERMS.look_after)
    assert look.look
    assert two.turn(later=2 * TERMS.lease) == []
    (again,) = two.turn(back(look))
    assert not again.look
    assert two.turn(back(look), later=2 * TERMS.lease) == []  # told late, and about a row that is being sent


def test_that_a_message_was_sent_is_believed_of_anybody(store: Store) -> None:
    """Also of a holder whose lane went to somebody else meanwhile."""
    plan(store, "renata")
    one, two = Hands(store, "one"), Hands(store, "two")
    (errand,) = one.turn()
    two.turn(later=TERMS.lease)
    one.turn(sent(errand))
    assert row(store) == (outbox.SENT, None)


def test_a_late_holder_cannot_put_a_message_back(store: Store) -> None:
    """Somebody else is looking for it; to make it ready would send it twice."""
    plan(store, "renata")
    one, two = Hands(store, "one"), Hands(store, "two")
    (errand,) = one.turn()
    two.turn(later=TERMS.lease)
    one.turn(back(errand))
    assert row(store)[0] == outbox.UNKNOWN
    (look,) = two.turn(later=TERMS.look_after)
    (again,) = two.turn(back(look))
    one.turn(back(errand, outbox.CANCELLED))
    assert row(store)[0] == outbox.SENDING
    two.turn(sent(again))
    assert row(store)[0] == outbox.SENT


def test_a_second_copy_is_deleted_and_the_first_stays(store: Store) -> None:
    """The first holder stood still in the moment of its write, and wakes up when the second has sent it."""
    plan(store, "renata")
    one, two = Hands(store, "one"), Hands(store, "two")
    (errand,) = one.turn()
    two.turn(later=TERMS.lease)
    (look,) = two.turn(later=TERMS.look_after)
    (again,) = two.turn(back(look))
    two.turn(sent(again, "1|toy|first"))
    (removal,) = one.turn(sent(errand, "1|toy|second"), later=TERMS.lease + TERMS.look_after)
    assert one.turn(sent(errand, "1|toy|second")) == two.turn(sent(again, "1|toy|first")) == []  # told twice
    assert (removal.row.intent.kind, removal.row.ref) == (removals.TAKE_AWAY, "1|toy|second")
    assert row(store) == (outbox.SENT, None)
    with store.begin() as tx:
        assert sorted(tx.execute(select(tables.outbox.c.ref)).scalars()) == ["1|toy|first", "1|toy|second"]


def test_what_reaches_somebody_who_was_erased_meanwhile_is_deleted(store: Store) -> None:
    """Their row is gone, and nothing of the bot is to stay in their private messages."""
    plan(store, "renata")
    hands = Hands(store)
    (errand,) = hands.turn()
    with store.begin() as tx:
        tx.execute(delete(tables.outbox))
    (removal,) = hands.turn(sent(errand, "1|toy|late"))
    assert (removal.row.intent.kind, removal.row.ref) == (removals.TAKE_AWAY, "1|toy|late")


def test_with_nobody_else_there_the_lanes_of_a_dead_process_are_free_at_once(store: Store) -> None:
    """A file has one owner, so after a restart no lease is waited for."""
    plan(store, "renata")
    Hands(store, "dead").turn()
    plan(store, "kwame")
    with store.begin() as tx:
        lanes.forget(tx)
    assert keys(Hands(store, "next").turn()) == [("kwame", "prompt")]
    assert row(store)[0] == outbox.UNKNOWN


def test_a_turn_that_was_undone_can_be_done_again(store: Store) -> None:
    """Nothing but the database is changed by a turn."""
    plan(store, "renata")
    hands = Hands(store)
    with pytest.raises(RuntimeError), store.begin() as tx:
        lanes.turn(tx, hands.who, hands.held, [], hands.manners, NOW, NOW, TERMS)
        raise RuntimeError("the disk is full")
    assert keys(hands.turn()) == [("renata", "prompt")]


def test_a_lease_that_covers_no_call_is_refused() -> None:
    """Nothing would ever be sent."""
    with pytest.raises(ValueError, match="lease"):
        Terms(lease=5, timeout=10)


# --- how much, and whose turn ----------------------------------------------------------------------


def test_a_lane_never_has_more_than_eight_messages_on_their_way(store: Store) -> None:
    """What comes back makes room for as many."""
    plan(store, "renata", count=30)
    hands = Hands(store)
    first = hands.turn()
    assert len(first) == 8
    assert hands.turn() == []
    assert len(hands.turn(*map(sent, first[:3]))) == 3


def test_the_lane_that_was_served_longest_ago_comes_first(store: Store) -> None:
    """With one hand, a lane with much to say does not keep it."""
    plan(store, "renata", count=100)
    plan(store, "aroha")
    hands = Hands(store, terms=Terms(lanes=1))
    served, errands = [], hands.turn()
    for _ in range(4):
        served.append({name for name, _ in keys(errands)})
        errands = hands.turn(*map(sent, errands), later=1)
    assert served[0] != served[1]
    assert served.count({"aroha"}) == 1


def test_lanes_of_platforms_that_do_not_run_here_are_left_alone(store: Store) -> None:
    """Another process may run that platform; until its time has passed the message waits."""
    plan(store, "renata")
    hands = Hands(store)
    hands.manners = {"another": Manners()}
    assert hands.turn() == []
    assert row(store)[0] == outbox.READY


def test_a_recipient_without_an_address_holds_up_nobody(store: Store) -> None:
    """The errand says so, and the sender refuses it."""
    plan(store, "nobody", "renata")
    found = {one.row.intent.recipient: one.address for one in Hands(store).turn()}
    assert found == {"nobody": None, "renata": Address("toy", "room", "person", "renata")}


# --- the platform asks for a pause -----------------------------------------------------------------


def test_a_pause_holds_its_own_lane_and_no_other(store: Store) -> None:
    """Whoever was asked to wait waits; the message is ready again, and so are those behind it afterwards."""
    plan(store, "renata", "kwame", "aroha")
    hands = Hands(store)
    errands = hands.turn()
    assert len(errands) == 3
    room = [one for one in errands if one.row.intent.recipient != "aroha"]
    (other,) = [one for one in errands if one.row.intent.recipient == "aroha"]
    assert hands.turn(back(room[0], pause=90, asked=True), back(room[1]), sent(other)) == []
    plan(store, "aroha", kind="step")
    assert keys(hands.turn(later=89)) == [("aroha", "step")]
    assert len(hands.turn(later=1)) == 2


def test_a_pause_is_kept_for_whoever_holds_the_lane_next(store: Store) -> None:
    """It is in the database, not in the process that was asked."""
    plan(store, "renata")
    one, two = Hands(store, "one"), Hands(store, "two")
    (errand,) = one.turn()
    one.turn(back(errand, pause=90, asked=True))
    assert two.turn(later=89) == []
    assert len(two.turn(later=1)) == 1


def test_a_message_that_waits_for_another_holds_no_lane(store: Store) -> None:
    """A correction rests until its message is found; the others go on."""
    plan(store, "renata", "kwame")
    hands = Hands(store)
    first, second = hands.turn()
    assert hands.turn(back(first, rest=5), sent(second)) == []
    assert hands.turn(later=4) == []
    assert len(hands.turn(later=1)) == 1


# --- no clear answer -------------------------------------------------------------------------------


def test_a_message_that_is_not_found_goes_again_and_one_that_is_found_does_not(store: Store) -> None:
    """The look decides."""
    plan(store, "renata", "kwame")
    hands = Hands(store)
    hands.turn(*(back(one, outbox.UNKNOWN, asked=True) for one in hands.turn()))
    looks = hands.turn(later=TERMS.look_after)
    assert [one.look for one in looks] == [True, True]
    (again,) = hands.turn(sent(looks[0]), back(looks[1]))
    assert not again.look
    with store.begin() as tx:
        assert sorted(states(tx).values()) == [outbox.SENDING, outbox.SENT]


def test_a_message_is_looked_for_so_long_after_its_try_and_not_after_it_was_taken(store: Store) -> None:
    """A busy process may try long after it took a message, and what it wrote then is still on its way."""
    plan(store, "renata")
    hands = Hands(store)
    (errand,) = hands.turn()
    assert hands.turn(later=TERMS.lease / 2) == []  # the lease is renewed while it is on its way
    assert hands.turn(back(errand, outbox.UNKNOWN, asked=True), later=TERMS.lease / 2) == []
    assert hands.turn(later=TERMS.look_after - 1) == []
    (look,) = hands.turn(later=2)
    assert look.look


def test_where_a_repeat_is_safe_it_comes_at_once_and_inside_the_time(store: Store) -> None:
    """The platform takes it for the first; when that time is over the message is looked for."""
    plan(store, "renata")
    hands = Hands(store, repeats_safely=60)
    (errand,) = hands.turn()
    tries = 0
    while not errand.look:
        tries += 1
        assert (hands.at - NOW).total_seconds() + TERMS.timeout < 60
        hands.turn(back(errand, outbox.UNKNOWN, asked=True))
        found = []
        while not found:
            found = hands.turn(later=1)
        (errand,) = found
    assert tries > 2


def test_a_repeat_that_was_never_made_leaves_the_first_try_open(store: Store) -> None:
    """The first try may have arrived: the message is unknown still, and not ready."""
    plan(store, "renata")
    hands = Hands(store, repeats_safely=60)
    (errand,) = hands.turn()
    hands.turn(back(errand, outbox.UNKNOWN, asked=True))
    (repeat,) = hands.turn(later=3)
    assert not repeat.look
    hands.turn(back(repeat, pause=30, asked=True))
    assert row(store)[0] == outbox.UNKNOWN


@pytest.mark.parametrize(("kind", "state"), [("prompt", outbox.SENDING), ("reminder", outbox.UNKNOWN)])
def test_when_nobody_can_know_a_prompt_goes_again_and_a_reminder_waits_for_a_person(
    store: Store, kind: str, state: str
) -> None:
    """A prompt that comes twice is better than none; a second nudge is not."""
    plan(store, "renata", kind=kind)
    hands = Hands(store)
    hands.turn(back(hands.turn()[0], outbox.UNKNOWN, asked=True))
    (look,) = hands.turn(later=TERMS.look_after)
    hands.turn(back(look, outbox.UNKNOWN, hopeless=True, asked=True))
    assert row(store, kind=kind)[0] == state
    if state == outbox.UNKNOWN:
        assert row(store, kind=kind)[1] == NOBODY_KNOWS


def test_a_look_without_an_answer_is_tried_again_later_and_later(store: Store) -> None:
    """Not knowing is no reason to send; after some looks it is said that nobody knows."""
    plan(store, "renata", kind="reminder")
    hands = Hands(store)
    hands.turn(back(hands.turn()[0], outbox.UNKNOWN, asked=True))
    waits = []
    for _ in range(TERMS.looks):
        waited, found = 0, []
        while not found:
            found, waited = hands.turn(later=30), waited + 30
        (look,) = found
        assert look.look
        waits.append(waited)
        hands.turn(back(look, outbox.UNKNOWN, counts=True, asked=True))
    assert waits == sorted(waits)
    assert waits[0] < waits[-1]
    assert row(store, kind="reminder") == (outbox.UNKNOWN, NOBODY_KNOWS)


def test_a_message_is_looked_for_where_it_was_tried(store: Store) -> None:
    """A second door, joined meanwhile, is not where the message went."""
    plan(store, "renata")
    hands = Hands(store)
    hands.turn(back(hands.turn()[0], outbox.UNKNOWN, asked=True))
    with store.begin() as tx:
        earlier = Address("toy", "room", "person", "a second door")
        tx.execute(tables.account.insert().values(tenant="t", address=str(earlier), person="renata"))
    (look,) = hands.turn(later=TERMS.look_after)
    assert look.address == Address("toy", "room", "person", "renata")


def test_what_was_due_before_a_restore_is_looked_for_first(store: Store) -> None:
    """The life that the backup does not remember may have sent it."""
    with store.begin() as tx:
        tx.execute(tables.milestone.insert().values(what="restore", at=NOW + timedelta(minutes=1)))
        outbox.put(tx, [intent(), intent("kwame", due=NOW + timedelta(minutes=2))])
    later = NOW + timedelta(minutes=3)
    assert [(one.row.intent.recipient, one.look) for one in Hands(store).turn(now=later)] == [
        ("renata", True),
        ("kwame", False),
    ]


@pytest.mark.parametrize("hopeless", [True, False])
def test_what_was_due_before_a_restore_is_never_sent_unasked(store: Store, hopeless: bool) -> None:
    """A platform that cannot be asked leaves it unknown, with its reason, for as long as it takes; even a prompt."""
    with store.begin() as tx:
        tx.execute(tables.milestone.insert().values(what="restore", at=NOW + timedelta(minutes=1)))
        outbox.put(tx, [intent()])
    hands = Hands(store)
    for _ in range(3 * TERMS.looks):
        (look,) = hands.turn(now=NOW + timedelta(minutes=3))
        assert look.look
        hands.turn(back(look, outbox.UNKNOWN, counts=True, hopeless=hopeless, asked=True))
        assert row(store) == (outbox.UNKNOWN, outbox.RESTORED)
        hands.at += timedelta(hours=1)
    (look,) = hands.turn(now=NOW + timedelta(minutes=3))
    (again,) = hands.turn(back(look, asked=True), now=NOW + timedelta(minutes=3))
    assert not again.look


def test_a_restore_asks_anew_about_what_was_unclear_before_it(store: Store) -> None:
    """What the backup's own life had tried and not found, the life after it may have sent."""
    plan(store, "renata", "kwame")
    hands = Hands(store, repeats_safely=600)
    hands.turn(*(back(one, outbox.UNKNOWN, asked=True) for one in hands.turn()))
    with store.begin() as tx:
        assert look_up_first(tx, NOW) == 2
    assert [one.look for one in hands.turn()] == [True, True]
    assert row(store) == (outbox.UNKNOWN, outbox.RESTORED)

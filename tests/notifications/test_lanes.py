"""A service that says 429 to us is left alone; one that says it of a browser now and then is not."""

from redis.asyncio import Redis

from notifications.lanes import Lanes

SERVICE = "https://push.example"


def answers(redis: Redis, said: str) -> list[bool]:
    """`x` stands for 429."""
    lanes = Lanes(redis)
    return [lanes.is_throttling(SERVICE, throttled=each == "x") for each in said]


def test_who_says_it_first_of_all_or_again_and_again_is_throttling(redis: Redis) -> None:
    assert answers(redis, "x") == [True]
    assert answers(redis, "." * 50 + "xxxx")[-1]


def test_one_in_a_hundred_is_about_a_browser(redis: Redis) -> None:
    assert not any(answers(redis, ("." * 99 + "x") * 20))


def test_a_service_that_accepts_again_is_trusted_again(redis: Redis) -> None:
    assert not answers(redis, "x" * 20 + "." * 40 + "x")[-1]

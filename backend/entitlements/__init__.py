"""免申即享: what somebody is entitled to is offered, confirmed or declined on one screen, and paid out."""

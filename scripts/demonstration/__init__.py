"""The demonstration: a season of an invented county, and the main job from registration to a caught forgery."""

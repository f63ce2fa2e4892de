"""The guide of an item for whoever asks: public as it is for everybody, with what the resident's own licences say."""

package io.framegate.upstream;

import java.util.Map;

import io.framegate.route.Upstream;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/**
 * An upstream side as the configuration reads it.
 */
final class TestUpstreamSide {

	private TestUpstreamSide() {
	}

	/**
	 * Binds an upstream side.
	 * @param properties properties below {@code upstream}
	 * @return the upstream side
	 */
	static Upstream of(Map<String, String> properties) {
		return new Binder(new MapConfigurationPropertySource(properties)).bindOrCreate("", Upstream.class);
	}

}
